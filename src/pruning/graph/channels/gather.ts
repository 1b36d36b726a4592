import type { ChannelAxes, ChannelGroup, ChannelIds, ChannelSetting, Channels } from "./channels.ts";
import type { Batch, Tracer } from "./tracer.ts";

/** A weight with the symbols along its axes. */
export interface TracedWeight {
  readonly name: string;
  /** The layer that holds it. */
  readonly layer: string;
  readonly axes: ChannelAxes;
}

/**
 * What a tracer has found when the whole network has been traced: symbols become numbered channels.
 * @param settings in symbols
 */
export function gatherChannels(
  tracer: Tracer,
  weights: readonly TracedWeight[],
  settings: readonly ChannelSetting[],
): Channels {
  const { count, numbered } = numberedChannels(tracer);
  const numberAxes = (axes: ChannelAxes): ChannelAxes =>
    axes.map((axis) => axis && { ...axis, channels: numbered(axis.channels) });
  const numberedWeights = weights.map((weight) => ({ ...weight, axes: numberAxes(weight.axes) }));
  const reasons = new Map(
    [...tracer.locks()].map(([root, reason]) => [numbered(Int32Array.of(root))[0] as number, reason]),
  );
  return {
    count,
    groups: groupsOf(
      tracer.batches.map(({ name, ids }) => ({ name, ids: numbered(ids) })),
      count,
      reasons,
      numberedWeights,
    ),
    weights: new Map(numberedWeights.map(({ name, axes }) => [name, axes])),
    settings: settings.map(({ path, channels }) => ({ path, channels: numbered(channels) })),
  };
}

/** Numbers the channels in the order they were made; ids that are tied share one. */
function numberedChannels(tracer: Tracer): { count: number; numbered: (ids: ChannelIds) => ChannelIds } {
  const numbers = new Int32Array(tracer.size);
  let count = 0;
  // A root is the smallest of its ids, so it comes first.
  for (let id = 0; id < tracer.size; id++) {
    const root = tracer.rootOf(id);
    numbers[id] = root === id ? count++ : (numbers[root] as number);
  }
  return { count, numbered: (ids) => ids.map((id) => numbers[id] as number) };
}

/** Batches that share a channel are one group. */
function groupsOf(
  batches: readonly Batch[],
  count: number,
  reasons: ReadonlyMap<number, string>,
  weights: readonly TracedWeight[],
): ChannelGroup[] {
  const owner = new Int32Array(count).fill(-1);
  const groups: (Batch[] | null)[] = [];
  for (const batch of batches) {
    const met = [...new Set([...batch.ids].map((id) => owner[id] as number).filter((index) => index >= 0))].sort(
      (a, b) => a - b,
    );
    const index = met[0] ?? groups.push([]) - 1;
    const members = [...met.flatMap((other) => groups[other] ?? []), batch];
    for (const other of met) groups[other] = null;
    groups[index] = members;
    for (const { ids } of members) for (const id of ids) owner[id] = index;
  }
  const layers = layersByUse(weights, owner);
  return uniquelyNamed(
    groups.flatMap((members, index) => (members ? [groupOf(members, reasons, layers.get(index))] : [])),
  );
}

/** A layer may make two kinds of channels, or join several inputs that no layer makes. */
function uniquelyNamed(groups: readonly ChannelGroup[]): ChannelGroup[] {
  const counts = new Map<string, number>();
  return groups.map((group) => {
    const count = (counts.get(group.name) ?? 0) + 1;
    counts.set(group.name, count);
    return count === 1 ? group : { ...group, name: `${group.name} ${count}` };
  });
}

type LayersByUse = Readonly<Record<"makes" | "reads" | "follows", ReadonlySet<string>>>;

/** Which layers make, read and follow the channels of each group. */
function layersByUse(weights: readonly TracedWeight[], owner: Int32Array): ReadonlyMap<number, LayersByUse> {
  const found = new Map<number, Record<"makes" | "reads" | "follows", Set<string>>>();
  for (const { layer, axes } of weights) {
    for (const axis of axes) {
      for (const index of new Set(axis ? [...axis.channels].map((id) => owner[id] as number) : [])) {
        const uses = found.get(index) ?? { makes: new Set(), reads: new Set(), follows: new Set() };
        if (axis) uses[axis.use].add(layer);
        found.set(index, uses);
      }
    }
  }
  return found;
}

/** Channels that no layer could lose, having no other. */
function onlyOnes(members: readonly Batch[]): Map<number, string> {
  const alone = members.filter(({ ids }) => ids.every((id) => id === ids[0]));
  return new Map(alone.flatMap(({ name, ids }) => [...ids].map((id) => [id, `Layer "${name}" makes no other.`])));
}

function groupOf(members: readonly Batch[], locks: ReadonlyMap<number, string>, layers?: LayersByUse): ChannelGroup {
  const channels = ascending(members.flatMap(({ ids }) => [...ids]));
  const reasons = new Map([...onlyOnes(members), ...locks]);
  const free = channels.filter((id) => !reasons.has(id));
  const locked = channels.find((id) => reasons.has(id));
  const widths = new Map(members.map(({ ids }) => [`${ascending(ids)}`, ascending(ids)]));
  const makers = [...(layers?.makes ?? [])];
  return {
    name: members[0]?.name ?? "",
    makers,
    followers: [...(layers?.follows ?? [])].filter((layer) => !makers.includes(layer)),
    readers: [...(layers?.reads ?? [])],
    channels,
    free,
    ...(locked !== undefined && { locked: reasons.get(locked) as string }),
    widths: [...widths.values()].filter((width) => width.some((id) => !reasons.has(id))),
  };
}

const ascending = (ids: Iterable<number>): ChannelIds => Int32Array.from(new Set(ids)).sort();
