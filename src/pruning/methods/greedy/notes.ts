import { formatCount, formatShare } from "../../text.ts";
import type { Anatomy } from "../anatomy.ts";
import { shareGone, wholeSizes } from "../channelTarget.ts";
import type { GreedyOptions } from "./greedySpec.ts";
import type { Tally } from "./state.ts";

/** Why a search ended: it reached its target, nothing more may go, it would lose too much, or it was broken off. */
export type End = "reached" | "exhausted" | "dropped" | "ended";

/** Requested against achieved, and how it was found, in sentences. */
export function greedyNotes(
  original: Anatomy,
  after: Anatomy,
  tally: Tally,
  end: End,
  options: GreedyOptions,
): string[] {
  const { removed, done, possible, audited, listed } = tally;
  const gone = shareGone("filters", after.sizes(new Uint8Array(after.channels.count)), wholeSizes(original)) ?? 0;
  const so =
    removed === 0
      ? "Nothing was pruned"
      : `Removed ${formatCount(removed)} filters, ${formatShare(gone)} of those that may go`;
  return [
    `${so}${askedFor(options)}${whyEnded(end, options)}.`,
    ...(possible > 0
      ? [`${formatCount(done)} of ${formatCount(possible)} evaluations of one image each were needed to choose them.`]
      : []),
    ...(audited > 0
      ? [`The best filter of all was on the shortlist in ${formatCount(listed)} of ${formatCount(audited)} steps.`]
      : []),
    ...after.left.map(({ group, reason }) => `Left whole: ${group.name} (${reason.replace(/\.$/, "")}).`),
    ...tally.notes,
  ];
}

function askedFor({ filters, share }: GreedyOptions): string {
  if (filters !== undefined) return `; asked for ${formatCount(filters)}`;
  return share === undefined ? "" : `; asked for ${formatShare(share)}`;
}

function whyEnded(end: End, { maxDrop = 0, minWidth = 1, order = "free" }: GreedyOptions): string {
  if (end === "dropped") return `: the next one would lose more than ${formatShare(maxDrop)} of the images`;
  if (end === "ended") return ": it ended early";
  if (end === "reached" || order !== "free") return "";
  return `: no more may go, for every layer keeps ${minWidth > 1 ? `${formatCount(minWidth)} filters` : "a filter"}`;
}
