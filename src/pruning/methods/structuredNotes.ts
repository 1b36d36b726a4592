import type { Removal } from "../graph/channels/channels.ts";
import { countKept } from "../graph/channels/removal.ts";
import { formatCount, formatShare } from "../text.ts";
import type { Anatomy } from "./anatomy.ts";
import { type Selection, shareGone, sizeOf, wholeSizes } from "./channelTarget.ts";
import { type StructuredOptions, type TargetName, targetNames, targetNouns, targetOf } from "./structuredSpec.ts";

/** What structured pruning came to. */
export interface Outcome {
  readonly original: Anatomy;
  readonly before: Standing;
  readonly after: Standing;
  /** The last one made; nothing where the target was met before. */
  readonly selection?: Selection;
}

/** A model, and which of its channels count as gone although it has them: those that are masked. */
export interface Standing {
  readonly anatomy: Anatomy;
  readonly gone: Removal;
}

const mostNames = 6;

/** Requested against achieved, and why where they differ, in sentences. */
export function structuredNotes(outcome: Outcome, options: StructuredOptions): string[] {
  const { original, before, after } = outcome;
  const nothing = sizesOf(before).filters === sizesOf(after).filters;
  const narrowed = widthsChanged(before, after);
  return [
    nothing ? `Nothing was pruned: ${whyNothing(outcome, options)}.` : reached(outcome, options),
    ...(!nothing && options.form === "masked" ? [maskedNote] : []),
    ...(narrowed.length > 0 ? [`Filters: ${listed(narrowed)}.`] : []),
    ...(!nothing && outcome.selection?.isShort ? [`More may not go: ${whyNoMore(options)}.`] : []),
    ...keptNote(outcome),
    ...leftNote(original),
  ];
}

const maskedNote =
  "The model keeps its shape, with those filters at zero: what went is counted as if it had been shrunk.";

const sizesOf = ({ anatomy, gone }: Standing) => anatomy.sizes(gone);

function reached({ original, after }: Outcome, options: StructuredOptions): string {
  const { of, share } = targetOf(options);
  const whole = wholeSizes(original);
  const sizes = sizesOf(after);
  const goneOf = (name: TargetName): string | undefined => {
    const gone = shareGone(name, sizes, whole);
    return gone === null ? undefined : `${formatShare(gone)} of ${targetNouns[name]}`;
  };
  const total = sizeOf(of, whole) ?? 0;
  const counted = `${formatCount(total - (sizeOf(of, sizes) ?? 0))} of ${formatCount(total)}`;
  const others = targetNames.filter((name) => name !== of).flatMap((name) => goneOf(name) ?? []);
  return `Asked for ${formatShare(share)} of ${targetNouns[of]}, removed ${formatShare(shareGone(of, sizes, whole) ?? 0)} (${counted}), and with them ${inWords(others)}.`;
}

function whyNothing({ original, before, selection }: Outcome, options: StructuredOptions): string {
  const { of, share } = targetOf(options);
  if (before.anatomy.groups.length === 0) return "no chosen layer has filters that may go";
  if (selection?.isJudged === false) return "the criterion says nothing of any filter that may go";
  if (selection?.isShort) return whyNoMore(options);
  const gone = shareGone(of, sizesOf(before), wholeSizes(original)) ?? 0;
  return `${formatShare(gone)} of ${targetNouns[of]} were gone already, and ${formatShare(share)} asks for no more`;
}

/** What keeps a target from being reached, as a clause. */
function whyNoMore(options: StructuredOptions): string {
  const { minWidth = 1, maxShare = 1, roundTo = 1 } = options;
  const limits = [
    `every layer keeps ${minWidth > 1 ? `${formatCount(minWidth)} filters` : "a filter"}`,
    maxShare < 1 && `loses at most ${formatShare(maxShare)} of its filters`,
    roundTo > 1 && `ends at a multiple of ${formatCount(roundTo)}`,
  ];
  const rest = targetOf(options).of === "filters" ? "" : ", and the rest belongs to filters that may not go";
  return inWords(limits.filter((each) => each !== false)) + rest;
}

/** Groups that could give nothing because of limits. */
function keptNote({ selection }: Outcome): string[] {
  if (!selection || selection.kept.length === 0) return [];
  return [`Left whole, because the limits allow no narrower width: ${listed(selection.kept)}.`];
}

/** Which groups of the chosen layers stay whole, and why. */
export function leftNote({ left }: Pick<Anatomy, "left">): string[] {
  return left.length === 0
    ? []
    : [
        `Left whole: ${listed(
          left.map(({ group, reason }) => `${group.name} (${withoutStop(reason)})`),
          "; ",
        )}.`,
      ];
}

/** `conv1 32 → 16`, for each layer that lost filters. */
export function widthsChanged(before: Standing, after: Standing): string[] {
  const left = new Map(
    after.anatomy.filters.map(({ layer, channels }) => [layer.name, countKept(channels, after.gone)]),
  );
  return before.anatomy.filters.flatMap(({ layer, channels }) => {
    const [had, has] = [countKept(channels, before.gone), left.get(layer.name)];
    return has === undefined || has === had ? [] : [`${layer.name} ${formatCount(had)} → ${formatCount(has)}`];
  });
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");

/** A list of which the last of many are only counted. */
export function listed(items: readonly string[], separator = ", "): string {
  const more = items.length - mostNames;
  return more > 1
    ? `${items.slice(0, mostNames).join(separator)} and ${formatCount(more)} others`
    : items.join(separator);
}

/** `a, b and c`. */
export function inWords(items: readonly string[]): string {
  return items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : items.join("");
}
