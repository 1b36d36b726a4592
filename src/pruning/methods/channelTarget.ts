import type { Removal } from "../graph/channels/channels.ts";
import type { Anatomy, Sizes } from "./anatomy.ts";
import { type Portion, removalOf, removalOrder, type Scope, shortest } from "./channelSelection.ts";
import { type WidthLimits, widthsOf } from "./channelWidths.ts";
import type { Target, TargetName } from "./structuredSpec.ts";

/** How a target is to be reached. */
export interface Approach extends WidthLimits {
  readonly scope: Scope;
  readonly roundTo: number;
}

/** What goes to reach a target. */
export interface Selection {
  readonly removal: Removal;
  /** Whether limits, locks or scores that say nothing keep the target from being reached. */
  readonly isShort: boolean;
  /** Whether the scores say anything of any channel that may go. */
  readonly isJudged: boolean;
  /** Names of groups that limits keep whole. */
  readonly kept: readonly string[];
}

/**
 * The fewest of the least important channels whose removal reaches a target. With scope layer, a share of filters is
 * rounded to whole filters in each group, and no group gives more than that because another cannot.
 * @param original of the unpruned model, whose shares targets are
 * @param scores one per channel, as in `Contest`
 */
export function selectRemoval(
  anatomy: Anatomy,
  original: Anatomy,
  scores: Float64Array,
  target: Target,
  approach: Approach,
): Selection {
  const { groups, channels } = anatomy;
  const widths = widthsOf(groups, anatomy.filters, filtersByLayer(original), approach);
  const given = givenBefore(anatomy, original);
  const order = removalOrder({ groups, scores, scope: approach.scope, given, widths, roundTo: approach.roundTo });
  const isScored = (channel: number) => !Number.isNaN(scores[channel]);
  const scored = groups.filter(({ free }) => free.some(isScored)).map(({ name }) => name);
  const kept = scored.filter((name) => !order.some(({ group }) => group === name));
  const found = { kept, isJudged: scored.length > 0 };
  const isEnough = reaches(target, original);
  const sizesAfter = (portions: readonly Portion[]) => anatomy.sizes(removalOf(portions, channels.count));
  if (approach.scope === "layer" && target.of === "filters") {
    const portions = order.filter(({ key }) => key <= target.share + tolerance);
    const wanted = anatomy.groups.map(({ name, free }) => {
      const before = given.get(name) ?? 0;
      const removed = portions.reduce((sum, each) => sum + (each.group === name ? each.channels.length : 0), before);
      return Math.floor(target.share * (before + free.length) + 0.5 + tolerance) - removed;
    });
    return { ...found, removal: removalOf(portions, channels.count), isShort: wanted.some((missing) => missing > 0) };
  }
  const portions = shortest(order, channels.count, (removal) => isEnough(anatomy.sizes(removal)));
  return { ...found, removal: removalOf(portions, channels.count), isShort: !isEnough(sizesAfter(portions)) };
}

/** Shares are written in decimal: 0.7 of 10 is 7. */
const tolerance = 1e-9;

/** Whether a model of some sizes has reached a target. */
export function reaches({ of, share }: Target, original: Anatomy): (sizes: Sizes) => boolean {
  const most = (1 - share) * (sizeOf(of, wholeSizes(original)) ?? 0);
  return (sizes) => (sizeOf(of, sizes) ?? 0) <= most * (1 + tolerance) + tolerance;
}

/** The sizes of a model as it is. */
export const wholeSizes = ({ sizes, channels }: Anatomy): Sizes => sizes(new Uint8Array(channels.count));

/** What a target is a share of; null for MACs that are unknown. */
export function sizeOf(of: TargetName, { filters, parameters, macs, weightBytes }: Sizes): number | null {
  return { filters, parameters, macs, bytes: weightBytes }[of];
}

/** Share of the original that is gone, 0 to 1; null for MACs that are unknown. */
export function shareGone(of: TargetName, sizes: Sizes, original: Sizes): number | null {
  const [left, whole] = [sizeOf(of, sizes), sizeOf(of, original)];
  return left === null || whole === null ? null : whole === 0 ? 0 : 1 - left / whole;
}

const filtersByLayer = ({ filters }: Anatomy): Map<string, number> =>
  new Map(filters.map(({ layer, channels }) => [layer.name, channels.length]));

/** How many channels each group has lost since the unpruned model. */
function givenBefore({ groups }: Anatomy, original: Anatomy): Map<string, number> {
  const before = new Map(original.groups.map(({ name, free }) => [name, free.length]));
  return new Map(groups.map(({ name, free }) => [name, Math.max(0, (before.get(name) ?? 0) - free.length)]));
}
