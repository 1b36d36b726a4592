import type { StructureAxis, Structures } from "../../engine/structures/contract.ts";
import type { ChannelGroup, Channels, ChannelUse } from "../../graph/channels/channels.ts";
import type { Anatomy } from "../anatomy.ts";

/** Structures of one kind that stand side by side: those of a group of channels, or all blocks. */
export interface StructureGroup {
  readonly name: string;
  /** The layers that make them. */
  readonly layers: readonly string[];
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
}

/** What may be chosen from in a model. */
export interface Candidates extends Structures {
  /** In network order, one after the other; together they hold every structure once. */
  readonly groups: readonly StructureGroup[];
  /** What has no part in it, and why: a sentence each. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}

/** Structures made of channels that go together. */
export interface ChannelStructures extends Candidates {
  /** The channels of each structure. */
  readonly channels: readonly (readonly number[])[];
}

/**
 * The channels of a model that may go and that weights read, `size` neighbours a structure.
 * @param uses which weights are a structure's: `reads` alone is where a factor stands that multiplies what a layer
 *   gives, behind the layer's batch normalisation and activation and before whoever reads it
 */
export function channelStructures(
  { channels, groups, left, network }: Anatomy,
  size: number,
  uses: readonly ChannelUse[],
): ChannelStructures {
  const read = readChannels(channels);
  const structureOf = new Int32Array(channels.count).fill(-1);
  const members: number[][] = [];
  const own = groups.flatMap((group): StructureGroup[] => {
    const first = members.length;
    for (const part of neighbours(group, read, size)) {
      for (const channel of part) structureOf[channel] = members.length;
      members.push(part);
    }
    const count = members.length - first;
    return count > 0 ? [{ name: group.name, layers: group.makers, first, count }] : [];
  });
  const kernels = new Set(
    network.layers.flatMap(({ weights }) => weights.flatMap(({ name, role }) => (role === "kernel" ? [name] : []))),
  );
  const unread = groups.filter(({ free }) => !free.some((channel) => read[channel] === 1));
  return {
    count: members.length,
    axes: axesOf(channels, kernels, uses, structureOf),
    groups: own,
    channels: members,
    left: [
      ...left.map(({ group, reason }) => ({ name: group.name, reason })),
      ...unread.map(({ name }) => ({ name, reason: "No layer multiplies it with weights." })),
    ],
  };
}

/** Which channels some kernel reads: 1 for each. */
function readChannels({ weights, count }: Channels): Uint8Array {
  const read = new Uint8Array(count);
  for (const axes of weights.values()) {
    for (const axis of axes) if (axis?.use === "reads") for (const channel of axis.channels) read[channel] = 1;
  }
  return read;
}

/** The free channels of a group, cut into parts of `size`; none holds channels that different layers make. */
function neighbours({ free, widths }: ChannelGroup, read: Uint8Array, size: number): number[][] {
  const alike = new Map<string, number[]>();
  for (const channel of free) {
    if (read[channel] === 0) continue;
    const key = size === 1 ? "" : widths.map((width) => Number(width.includes(channel))).join("");
    alike.set(key, [...(alike.get(key) ?? []), channel]);
  }
  return [...alike.values()].flatMap((some) =>
    Array.from({ length: Math.ceil(some.length / size) }, (_, i) => some.slice(i * size, (i + 1) * size)),
  );
}

function axesOf(
  { weights }: Channels,
  kernels: ReadonlySet<string>,
  uses: readonly ChannelUse[],
  structureOf: Int32Array,
): StructureAxis[] {
  return [...weights].flatMap(([weight, axes]) =>
    axes.flatMap((counted, axis) => {
      if (!counted || !uses.includes(counted.use) || !kernels.has(weight)) return [];
      const structures = counted.channels.map((channel) => structureOf[channel] as number);
      return structures.some((structure) => structure >= 0) ? [{ weight, axis, structures }] : [];
    }),
  );
}
