import { formatCount, formatShare } from "../../text.ts";
import type { Anatomy } from "../anatomy.ts";
import { shareGone, wholeSizes } from "../channelTarget.ts";
import { leftNote } from "../structuredNotes.ts";
import type { GreedyOptions } from "./greedySpec.ts";
import type { Tally } from "./state.ts";

/**
 * Where a search stands: still underway, at its target, where nothing more may go, where it would lose too much, or
 * where it was broken off.
 */
export type End = "underway" | "reached" | "exhausted" | "dropped" | "ended";

/** Requested against achieved, and how it was found, in sentences. */
export function greedyNotes(
  original: Anatomy,
  after: Anatomy,
  tally: Tally,
  end: End,
  options: GreedyOptions,
): string[] {
  const { done, possible, audited, listed } = tally;
  return [
    `${whatWent(original, after, tally, options)}${whyEnded(original, end, options)}.`,
    ...(possible > 0
      ? [
          `To choose, ${formatCount(done)} answers to single images were computed, of the ${formatCount(possible)} that trying every filter on every image takes.`,
        ]
      : []),
    ...(audited > 0
      ? [`The best filter of all was on the shortlist in ${formatCount(listed)} of ${plural(audited, "step")}.`]
      : []),
    ...leftNote(original),
    ...tally.notes,
  ];
}

function whatWent(original: Anatomy, after: Anatomy, { removed }: Tally, { filters, share }: GreedyOptions): string {
  const gone = formatShare(shareGone("filters", wholeSizes(after), wholeSizes(original)) ?? 0);
  const asked = filters !== undefined ? formatCount(filters) : share !== undefined && formatShare(share);
  const request = asked ? `Asked for ${asked} of the filters` : "Asked for as many filters as may go";
  if (removed === 0) return `Nothing was pruned; ${request.toLowerCase()}, and ${gone} were gone already`;
  return `${request}, removed ${plural(removed, "filter")} with all that is tied to ${removed === 1 ? "it" : "them"}, so that ${gone} of the unpruned model's are gone`;
}

function whyEnded({ groups }: Anatomy, end: End, { maxDrop = 0, minWidth = 1 }: GreedyOptions): string {
  if (end === "dropped") return `: the next one would lose more than ${formatShare(maxDrop)} of the images that judge`;
  if (end === "ended") return ": it ended early";
  if (end !== "exhausted") return "";
  if (groups.length === 0) return ": no chosen layer has filters that may go";
  return `: no more may go, for every layer keeps ${minWidth > 1 ? `${formatCount(minWidth)} filters` : "a filter"}`;
}

const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
