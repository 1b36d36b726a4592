import type { ChannelGroup } from "../../graph/channels/channels.ts";
import type { Anatomy } from "../anatomy.ts";
import type { LeftGroup } from "../channelGroups.ts";
import { widthsOf } from "../channelWidths.ts";
import { type Reader, readersOf } from "../evidence/readers.ts";
import type { ThinetOptions } from "./thinetSpec.ts";

/** A layer to prune by what the next one makes of it. */
export interface Task {
  readonly group: ChannelGroup;
  /** The layer that reads its channels. */
  readonly reader: Reader;
  /** How many of its channels go. */
  readonly count: number;
}

/**
 * What is still to be done, in network order, and which groups are left whole because ThiNet looks at one layer's
 * filters and at the one layer that reads them.
 * @param original the unpruned model's
 */
export function planOf(
  anatomy: Anatomy,
  original: Anatomy,
  { share, minWidth = 1 }: Pick<ThinetOptions, "share" | "minWidth">,
): { readonly tasks: readonly Task[]; readonly left: readonly LeftGroup[] } {
  const before = new Map(original.groups.map(({ name, free }) => [name, free.length]));
  const readers = new Map(readersOf(anatomy).map((reader) => [reader.layer.name, reader]));
  const tasks: Task[] = [];
  const left: LeftGroup[] = [];
  for (const group of anatomy.groups) {
    const reason = reasonToLeave(group, readers);
    const reader = readers.get(group.readers[0] ?? "");
    if (reason || !reader) {
      left.push({ group, reason: reason ?? "" });
      continue;
    }
    const had = before.get(group.name) ?? group.free.length;
    // So that 0.35 of 10 is 4 however the product rounds.
    const owed = Math.floor(share * had + 0.5 + 1e-9) - (had - group.free.length);
    const count = Math.min(owed, spareOf(anatomy, group, minWidth));
    if (count > 0) tasks.push({ group, reader, count });
  }
  return { tasks, left };
}

function reasonToLeave({ makers, readers }: ChannelGroup, known: ReadonlyMap<string, Reader>): string | undefined {
  if (makers.length > 1) return `${inWords(makers)} make its channels together`;
  if (readers.length > 1) return `${inWords(readers)} all read it, and ThiNet looks at one layer`;
  const [reader] = readers;
  if (reader === undefined) return "no layer reads it";
  return known.has(reader) ? undefined : `${reader}, which reads it, is neither dense nor a convolution`;
}

/** How many channels of a group may go before a layer becomes narrower than it may. */
function spareOf({ filters }: Anatomy, group: ChannelGroup, minWidth: number): number {
  const own = widthsOf([group], filters, new Map(), { minWidth, maxShare: 1 });
  const concerned = own.filter(({ channels }) => channels.some((channel) => group.channels.includes(channel)));
  return Math.min(group.free.length, ...concerned.map(({ spare }) => spare));
}

function inWords(names: readonly string[]): string {
  const some = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} other layers`] : names;
  return `${some.slice(0, -1).join(", ")} and ${some.at(-1)}`;
}
