import type { ChannelGroup, ChannelIds, Removal } from "../graph/channels/channels.ts";
import type { Width } from "./channelWidths.ts";

/** Whether channels compete over all groups by their scores, or each layer gives the same share of its own. */
export type Scope = "global" | "layer";

/** What a removal order is made from. */
export interface Contest {
  /** Those that may give channels; only their free ones go. */
  readonly groups: readonly ChannelGroup[];
  /** One per channel of the network; the lowest go first, ties in order of channel. What scores NaN never goes. */
  readonly scores: Float64Array;
  readonly scope: Scope;
  /** With scope layer: how many channels each group has given before, by its name; then its share counts those too. */
  readonly given?: ReadonlyMap<string, number>;
  /** How many channels may go of each set; every free channel belongs to at least one. */
  readonly widths: readonly Width[];
  /** What is left of every set of channels that only go together is a multiple of this; 1 for any number. */
  readonly roundTo: number;
}

/** Channels that go at once: one, or as many as a multiple asks for. */
export interface Portion {
  readonly group: string;
  readonly channels: readonly number[];
  /** Scope global: the highest score among them. Scope layer: the share of its group that is gone amid the last. */
  readonly key: number;
}

/**
 * The channels in the order in which they go, the least important first. Every beginning of it keeps all limits: a
 * portion that would break one is left out, and what follows goes on without it.
 */
export function removalOrder({ groups, scores, scope, given, widths, roundTo }: Contest): Portion[] {
  const memberships = membershipsOf(widths, scores.length);
  const portions = groups.flatMap((group) => {
    const ranked = rank(group.free, scores);
    const before = given?.get(group.name) ?? 0;
    const whole = before + group.free.length;
    const keys = new Map(
      ranked.map((channel, i) => [
        channel,
        scope === "layer" ? (before + i + 0.5) / whole : (scores[channel] as number),
      ]),
    );
    return cellsOf(group, ranked, memberships).flatMap(({ size, free }) =>
      cut(free, size, roundTo).map((channels): Portion => {
        const last = channels.at(-1) as number;
        return { group: group.name, channels, key: keys.get(last) as number };
      }),
    );
  });
  const order = portions.sort(
    (a, b) => compare(a.key, b.key) || (a.channels.at(-1) as number) - (b.channels.at(-1) as number),
  );
  return withinLimits(order, widths, memberships);
}

/**
 * The shortest beginning of an order that is enough; all of it where none is.
 * @param isEnough once true for a beginning, true for all longer ones
 */
export function shortest(
  order: readonly Portion[],
  count: number,
  isEnough: (removal: Removal) => boolean,
): readonly Portion[] {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(removalOf(order.slice(0, middle), count))) high = middle;
    else low = middle + 1;
  }
  return order.slice(0, low);
}

/** The portions as a removal from a network of `count` channels. */
export function removalOf(portions: readonly Portion[], count: number): Removal {
  const removal = new Uint8Array(count);
  for (const { channels } of portions) for (const channel of channels) removal[channel] = 1;
  return removal;
}

const compare = (a: number, b: number): number => (a < b ? -1 : Number(a > b));

/** Lowest score first, ties in order of channel. */
function rank(channels: ChannelIds, scores: Float64Array): number[] {
  return Array.from(channels)
    .filter((channel) => !Number.isNaN(scores[channel]))
    .sort((a, b) => compare(scores[a] as number, scores[b] as number) || a - b);
}

/** Of each channel, the indices of the widths it belongs to. */
function membershipsOf(widths: readonly Width[], count: number): readonly (readonly number[])[] {
  const memberships: number[][] = Array.from({ length: count }, () => []);
  for (const [width, { channels }] of widths.entries()) {
    for (const channel of new Set(channels)) memberships[channel]?.push(width);
  }
  return memberships;
}

/**
 * Channels of a group that belong to the same widths, and so are alike for every limit. Where a layer is joined from
 * others, each of those is a cell.
 */
interface Cell {
  /** Of all its channels, those that must stay among them. */
  readonly size: number;
  /** Those that may go, in order of rank. */
  readonly free: readonly number[];
}

function cellsOf(group: ChannelGroup, ranked: readonly number[], memberships: readonly (readonly number[])[]): Cell[] {
  const cells = new Map<string, { size: number; free: number[] }>();
  const cellOf = (channel: number) => {
    const key = `${memberships[channel]}`;
    const cell = cells.get(key) ?? { size: 0, free: [] };
    cells.set(key, cell);
    return cell;
  };
  for (const channel of group.channels) cellOf(channel).size++;
  for (const channel of ranked) cellOf(channel).free.push(channel);
  return [...cells.values()];
}

/** Cuts a cell into portions after each of which a multiple of `roundTo` is left. What makes no full portion stays. */
function cut(free: readonly number[], size: number, roundTo: number): number[][] {
  const portions: number[][] = [];
  for (let from = 0, length = size % roundTo || roundTo; from + length <= free.length; length = roundTo) {
    portions.push(free.slice(from, from + length));
    from += length;
  }
  return portions;
}

function withinLimits(
  order: readonly Portion[],
  widths: readonly Width[],
  memberships: readonly (readonly number[])[],
): Portion[] {
  const spare = widths.map((width) => width.spare);
  return order.filter(({ channels }) => {
    // The channels of a portion are alike: they belong to the same widths.
    const touched = memberships[channels[0] as number] ?? [];
    if (!touched.every((width) => (spare[width] as number) >= channels.length)) return false;
    for (const width of touched) (spare[width] as number) -= channels.length;
    return true;
  });
}
