import type { ChannelGroup } from "../../graph/channels/channels.ts";
import type { Anatomy } from "../anatomy.ts";
import { reaches, wholeSizes } from "../channelTarget.ts";
import { widthsOf } from "../channelWidths.ts";
import type { GreedyOptions } from "./greedySpec.ts";

/** What a search may do next. */
export interface Prospects {
  /** The channels of which one may go; none where nothing may go any more. */
  readonly candidates: readonly number[];
  /** How much of what is to go has gone, 0 to 1; 0 where only a drop ends the search. */
  readonly gone: number;
  /** What one more channel adds to that, about. */
  readonly each: number;
}

/**
 * The channels of which one may go next: of all chosen groups or, layer by layer, of the first that has not given its
 * share yet.
 * @param original the unpruned model's
 * @param removed how many channels the search has removed
 */
export function prospectsOf(anatomy: Anatomy, original: Anatomy, removed: number, options: GreedyOptions): Prospects {
  const { filters, share, order = "free", minWidth = 1 } = options;
  if (original.groups.length === 0) return { candidates: [], gone: 0, each: 0 };
  const allowed = allowedBy(anatomy, minWidth);
  if (order === "free") {
    const candidates = anatomy.groups.flatMap(allowed);
    if (filters !== undefined) return { candidates, gone: removed / filters, each: 1 / filters };
    if (share === undefined) return { candidates, gone: 0, each: 0 };
    const [sizes, whole] = [wholeSizes(anatomy), wholeSizes(original)];
    const wanted = Math.max(1, share * whole.filters);
    const isEnough = reaches({ of: "filters", share }, original)(sizes);
    const gone = isEnough ? 1 : Math.min(beforeEnd, (whole.filters - sizes.filters) / wanted);
    return { candidates, gone, each: 1 / wanted };
  }
  const debts = debtsOf(anatomy, original, share);
  const open = debts.filter(({ owed, group }) => owed > 0 && allowed(group).length > 0);
  const next = order === "forward" ? open[0] : open.at(-1);
  const total = original.groups.reduce((sum, { free }) => sum + portionOf(free.length, share), 0);
  const owed = debts.reduce((sum, debt) => sum + debt.owed, 0);
  return {
    candidates: next ? allowed(next.group) : [],
    gone: owed === 0 ? 1 : Math.min(beforeEnd, 1 - owed / total),
    each: 1 / Math.max(1, total),
  };
}

/** The most that can have gone while something is still to go. */
const beforeEnd = 0.999;

/** The channels of a group that may go without a layer becoming narrower than it may. */
function allowedBy({ groups, filters }: Anatomy, minWidth: number): (group: ChannelGroup) => number[] {
  const widths = widthsOf(groups, filters, new Map(), { minWidth, maxShare: 1 });
  const held = new Set(widths.filter(({ spare }) => spare < 1).flatMap(({ channels }) => [...channels]));
  return ({ free }) => [...free].filter((channel) => !held.has(channel));
}

/** How many channels each group still owes of its share. */
function debtsOf({ groups }: Anatomy, original: Anatomy, share: number | undefined) {
  const before = new Map(original.groups.map(({ name, free }) => [name, free.length]));
  return groups.map((group) => {
    const had = before.get(group.name) ?? group.free.length;
    return { group, owed: Math.max(0, portionOf(had, share) - (had - group.free.length)) };
  });
}

/** A share of a group, to the nearest whole channel; so that 0.35 of 10 is 4 however the product rounds. */
const portionOf = (channels: number, share = 0): number => Math.floor(share * channels + 0.5 + 1e-9);
