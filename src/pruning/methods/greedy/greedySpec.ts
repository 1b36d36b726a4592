import * as v from "valibot";
import { type CriterionName, criterionNamed, criterionNames, needsOf } from "../../criteria/registry.ts";
import { formatCount, formatShare } from "../../text.ts";
import { layerEntries, shareToRemove, wholeNumber } from "../options.ts";
import type { MethodSpec } from "../spec.ts";

/** How many images judge, where it is not said. */
export const defaultJury = 1000;

/** By what a shortlist is drawn up unless it is said. */
export const defaultShortlist: CriterionName = "taylor";

const options = v.object({
  filters: wholeNumber("Filters", "So many filters go, one after the other, with all that is tied to them."),
  share: v.optional(
    shareToRemove(
      "Share",
      "Share of the unpruned model's filters that is gone afterwards, of those that may go at all; layer by layer, of each layer's.",
    ),
  ),
  maxDrop: v.optional(
    v.pipe(
      v.number(),
      v.gtValue(0, "more than 0 is needed"),
      v.ltValue(1, "less than 1 is needed"),
      v.title("Largest drop"),
      v.description(
        "Ends before more than this share of the images that judge is lost, against what the model answered at first.",
      ),
    ),
  ),
  perStep: wholeNumber("Per step", "How many filters go between two fine-tunings; 1 if left out."),
  order: v.optional(
    v.pipe(
      v.picklist(["free", "forward", "backward"]),
      v.title("Order"),
      v.description(
        "The best filter anywhere (free, if left out), or layer by layer: each gives its share before the next one, from the input on (forward) or from the output (backward).",
      ),
    ),
  ),
  images: wholeNumber("Images", `So many validation images judge; ${formatCount(defaultJury)} if left out.`),
  shortlist: wholeNumber(
    "Shortlist",
    "Tries only so many filters at a time, the least important by a criterion; all if left out, which is exact.",
  ),
  criterion: v.optional(
    v.pipe(
      v.picklist(criterionNames),
      v.title("Criterion"),
      v.description(`What puts filters on the shortlist; ${defaultShortlist} if left out.`),
    ),
  ),
  audit: v.optional(
    v.pipe(
      v.boolean(),
      v.title("Audit"),
      v.description("With a shortlist: tries all filters too, and says how often the best of all was on it."),
    ),
  ),
  exhaustive: v.optional(
    v.pipe(
      v.boolean(),
      v.title("Exhaustive"),
      v.description("Runs the whole model on all images for every filter: the same choice, very slowly; to check by."),
    ),
  ),
  trialEvery: wholeNumber("Trial every", "Keeps a trial after every so many filters; only the last if left out."),
  minWidth: wholeNumber("Least width", "No layer keeps fewer filters than this; 1 if left out."),
  ...layerEntries,
});

export type GreedyOptions = v.InferOutput<typeof options>;

const amounts = ["filters", "share", "maxDrop"] as const;

export const greedySpec: MethodSpec<"greedy", typeof options> = {
  name: "greedy",
  title: "Greedy",
  description:
    "Tries every filter, takes out the one whose removal costs the fewest right answers, and begins again. " +
    "Slow, and closest to what counts. Layers models only.",
  options,
  format: "layers-model",
  trainsBetween: () => undefined,
  needs: ({ shortlist, criterion = defaultShortlist }) =>
    shortlist !== undefined && needsOf(criterionNamed(criterion)) === "labels" ? "labels" : "images",
  problem({ filters, share, maxDrop, order = "free", shortlist, criterion, audit }) {
    if (filters !== undefined && share !== undefined)
      return "Greedy pruning takes filters or a share, and both are given.";
    if (filters === undefined && share === undefined && maxDrop === undefined) {
      return `Greedy pruning needs one of ${amounts.join(", ")}, and none is given.`;
    }
    if (order !== "free" && share === undefined) {
      return "Layer by layer, greedy pruning needs the share that each layer gives; give share, or leave order out.";
    }
    if (shortlist === undefined && (criterion || audit)) {
      return `${criterion ? "A criterion" : "An audit"} goes with a shortlist; give one, or leave it out.`;
    }
    return undefined;
  },
  label({ filters, share, maxDrop, perStep, order, images, shortlist, criterion, exhaustive, minWidth, layers, skip }) {
    return [
      "greedy",
      filters !== undefined && `${formatCount(filters)} ${filters === 1 ? "filter" : "filters"}`,
      share !== undefined && `${formatShare(share)} of filters`,
      maxDrop !== undefined && `losing at most ${formatShare(maxDrop)}`,
      perStep && perStep > 1 && `${formatCount(perStep)} at a time`,
      order && order !== "free" && order,
      images && `on ${formatCount(images)} images`,
      shortlist && `from the ${formatCount(shortlist)} least by ${criterion ?? defaultShortlist}`,
      exhaustive && "exhaustively",
      minWidth && `keeping ${minWidth}`,
      layers && `of ${layers}`,
      skip && `without ${skip}`,
    ]
      .filter(Boolean)
      .join(" ");
  },
};
