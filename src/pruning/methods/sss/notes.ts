import { formatCount, formatNumber, formatShare } from "../../text.ts";
import type { Anatomy } from "../anatomy.ts";
import { shareGone, wholeSizes } from "../channelTarget.ts";
import { inWords, listed, widthsChanged } from "../structuredNotes.ts";
import { targetNames, targetNouns } from "../structuredSpec.ts";
import type { Standing } from "./contract.ts";
import { gammaWithin, stepsNeeded, stepsToZero, type Unused } from "./gamma.ts";
import type { ChosenChannels } from "./removal.ts";
import type { Selection } from "./selection.ts";
import type { FactorSpread } from "./spread.ts";
import type { Candidates } from "./structures.ts";

// What is said of sparse structure selection, in sentences.

/** What a γ comes to that cannot bring even an unused value to zero in the steps there are; nothing where it can. */
export function slowGamma(gamma: number, unused: Unused, by: FactorSpread["by"]): string | undefined {
  if (stepsToZero(gamma, unused) !== undefined) return undefined;
  const { length } = unused.learningRates;
  const what = by === "norms" ? "a filter that nobody needs shrinks to nothing" : "a factor that nobody needs is zero";
  return `With γ ${formatNumber(gamma)} ${what} after about ${formatCount(stepsNeeded(gamma, unused))} steps, and there are ${formatCount(length)}: take a γ of at least ${formatNumber(gammaWithin(length, unused))}, more steps, or a higher learning rate.`;
}

/** Loss at which a model counts as one that guesses, as a share of what guessing among all classes costs. */
const guessing = 0.98;

/** That training has left nothing to choose by; nothing where it has. */
export function lostNote(loss: number, classes: number): string | undefined {
  const guess = Math.log(classes);
  if (!(loss > guessing * guess)) return undefined;
  return `At the end of its training the model answered no better than a guess (loss ${formatNumber(loss)}, and a guess among ${formatCount(classes)} classes costs ${formatNumber(guess)}), so that what went says little: lower learningRate or γ, or let the learning rate rise at first with warmup.`;
}

/** How training went, and how many structures it chose, over all and in each layer. */
export function trainedNotes(
  { step, values }: Standing,
  selection: Selection,
  { gamma, isAuto }: { readonly gamma: number; readonly isAuto: boolean },
): string[] {
  const { candidates, by, threshold, nouns } = selection;
  const [, several] = nouns;
  const goes = (value: number) => value <= threshold;
  const out = values.filter(goes).length;
  const told = `Trained ${formatCount(step)} steps with γ ${formatNumber(gamma)}${isAuto ? " (auto)" : ""}`;
  const what =
    by === "norms"
      ? `the norms of ${formatCount(out)} of ${formatCount(candidates.count)} ${several} are at most ${formatShare(threshold)} of their layer's largest`
      : threshold > 0
        ? `the factors of ${formatCount(out)} of ${formatCount(candidates.count)} ${several} are at most ${formatNumber(threshold)}, ${formatCount(zerosIn(values))} of them exactly zero`
        : `the factors of ${formatCount(out)} of ${formatCount(candidates.count)} ${several} are exactly zero`;
  const share = ` (${formatShare(out / candidates.count)})`;
  const byLayer = candidates.groups.flatMap(({ name, first, count }) => {
    const gone = values.subarray(first, first + count).filter(goes).length;
    return gone > 0 ? [`${name} ${formatCount(gone)} of ${formatCount(count)} (${formatShare(gone / count)})`] : [];
  });
  return [
    `${told}: ${what}${share}.`,
    out > 0 ? `By layer: ${listed(byLayer)}.` : `Nothing was pruned: ${whyNothing(values, selection)}.`,
  ];
}

function whyNothing(values: Float32Array, { by, threshold }: Selection): string {
  const least = formatNumber(Math.min(...values));
  return by === "norms"
    ? `the smallest norm is ${least} of its layer's largest, and ${formatNumber(threshold)} or less goes; a larger γ or threshold, or more steps, let more go`
    : `the smallest factor is ${least}; a larger γ, or more steps, let more go`;
}

const zerosIn = (values: Float32Array): number => values.filter((value) => value === 0).length;

/** A model before and after its channels went, and the unpruned one. */
interface Change {
  readonly original: Anatomy;
  readonly before: Anatomy;
  readonly after: Anatomy;
}

/** What went, and what limits kept. */
export function channelNotes(
  { original, before, after }: Change,
  { held, last }: ChosenChannels,
  { minWidth }: { readonly minWidth: number },
): string[] {
  const standing = (anatomy: Anatomy) => ({ anatomy, gone: new Uint8Array(anatomy.channels.count) });
  const narrowed = widthsChanged(standing(before), standing(after));
  const gone = targetNames.flatMap((name) => {
    const share = shareGone(name, wholeSizes(after), wholeSizes(original));
    return share === null ? [] : [`${formatShare(share)} of ${targetNouns[name]}`];
  });
  const keeps = minWidth > 1 ? `${formatCount(minWidth)} filters` : "a filter";
  return [
    ...(narrowed.length > 0 ? [`Gone of the unpruned model: ${inWords(gone)}.`, `Filters: ${listed(narrowed)}.`] : []),
    ...(held.length > 0
      ? [`${formatCount(held.length)} more would go, but every layer keeps ${keeps}; those that lasted longest stay.`]
      : []),
    ...(last.length > 0
      ? [
          "A layer whose factors have all become zero keeps what lasted longest, with the factor that it had on average: γ is too large for this model, or training too fast.",
        ]
      : []),
  ];
}

/** Why a model has nothing to choose from. */
export const nothingToChoose = (candidates: Candidates): string[] => [
  "Nothing was pruned: no chosen layer has anything that may go.",
  ...leftNotes(candidates),
];

/** What had no part in it. */
export function leftNotes({ left }: Candidates): string[] {
  if (left.length === 0) return [];
  const each = left.map(({ name, reason }) => `${name} (${reason.replace(/\.$/, "")})`);
  return [`Left whole: ${listed(each, "; ")}.`];
}
