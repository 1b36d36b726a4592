import * as v from "valibot";
import { normalizations } from "../criteria/normalize.ts";
import { type CriterionName, criterionNamed, criterionNames, needsOf } from "../criteria/registry.ts";
import { memberships } from "../criteria/views.ts";
import { formatShare } from "../text.ts";
import { layerEntries, shareToRemove, wholeNumber } from "./options.ts";
import type { MethodSpec } from "./spec.ts";

const shareOf = (title: string, description: string) => v.optional(shareToRemove(title, description));

/** By what filters are judged unless it is said. */
export const defaultCriterion: CriterionName = "l2";

const options = v.object({
  criterion: v.optional(
    v.pipe(
      v.picklist(criterionNames),
      v.title("Criterion"),
      v.description(`What makes a filter matter; ${defaultCriterion} if left out.`),
    ),
  ),
  filters: shareOf(
    "Filters",
    "Share of the unpruned model's filters that is gone afterwards, of those that may go at all, 0 to just under 1.",
  ),
  parameters: shareOf("Parameters", "Share of the unpruned model's parameters that is gone afterwards."),
  macs: shareOf("MACs", "Share of the unpruned model's multiply-adds that is gone afterwards."),
  bytes: shareOf("Bytes", "Share of the unpruned model's weight files, as they are stored, that is gone afterwards."),
  scope: v.optional(
    v.pipe(
      v.picklist(["global", "layer"]),
      v.title("Scope"),
      v.description(
        "Filters compete over all layers together (global, if left out), or each layer gives the same share.",
      ),
    ),
  ),
  normalize: v.optional(
    v.pipe(
      v.picklist(normalizations),
      v.title("Normalisation"),
      v.description(
        "How scores are made comparable between layers; if left out mean, and none where the criterion is so by itself.",
      ),
    ),
  ),
  members: v.optional(
    v.pipe(
      v.picklist(memberships),
      v.title("Members"),
      v.description(
        "Whose weights speak for a filter: the layers that make it (makers, if left out), or all it is tied to (all).",
      ),
    ),
  ),
  images: wholeNumber("Images", "At most so many images to judge filters by, for criteria that need some."),
  minWidth: wholeNumber("Least width", "No layer keeps fewer filters than this; 1 if left out."),
  roundTo: wholeNumber(
    "Multiple",
    "Layers that lose filters keep a multiple of this, as fast kernels like; any number if left out.",
  ),
  maxShare: v.optional(
    v.pipe(
      v.number(),
      v.gtValue(0, "more than 0 is needed"),
      v.maxValue(1, "at most 1 is needed"),
      v.title("Largest share"),
      v.description("No layer loses more than this share of its filters; 1 if left out."),
    ),
  ),
  iterations: wholeNumber(
    "Iterations",
    "Reaches the target in so many equal parts, and ranks the filters that are left before each; 1 if left out.",
  ),
  form: v.optional(
    v.pipe(
      v.picklist(["shrunk", "masked"]),
      v.title("Form"),
      v.description(
        "A really smaller model (shrunk, if left out), or one of the same shape with the filters at zero (masked), for engines that need the shape.",
      ),
    ),
  ),
  ...layerEntries,
});

export type StructuredOptions = v.InferOutput<typeof options>;

/** What a target may be a share of, in words. */
export const targetNouns = {
  filters: "filters",
  parameters: "parameters",
  macs: "MACs",
  bytes: "weight bytes",
} as const;

export type TargetName = keyof typeof targetNouns;

export const targetNames = Object.keys(targetNouns) as readonly TargetName[];

/** A share of the unpruned model that is to be gone. */
export interface Target {
  readonly of: TargetName;
  /** 0 to just under 1. */
  readonly share: number;
}

/** The target among checked options. */
export function targetOf(options: StructuredOptions): Target {
  const of = targetNames.find((name) => options[name] !== undefined) ?? "filters";
  return { of, share: options[of] ?? 0 };
}

export const structuredSpec: MethodSpec<"structured", typeof options> = {
  name: "structured",
  title: "Structured",
  description:
    "The least important filters go, from every layer they are tied to (Li et al. 2017; Fang et al. 2023). " +
    "The model gets really smaller and faster. Layers models only.",
  options,
  format: "layers-model",
  trainsBetween: ({ iterations = 1 }) =>
    iterations < 2 ? "needs two or more iterations; give iterations, or a step fineTune of its own" : undefined,
  needs: ({ criterion = defaultCriterion }) => needsOf(criterionNamed(criterion)),
  problem(chosen) {
    const given = targetNames.filter((name) => chosen[name] !== undefined);
    if (given.length === 1) return undefined;
    return `Structured pruning needs one of ${targetNames.join(", ")}, and ${given.length === 0 ? "none is" : `${given.join(" and ")} are`} given.`;
  },
  label(chosen) {
    const { criterion, normalize, members, images, scope, minWidth, roundTo, maxShare, iterations, form } = chosen;
    const { of, share } = targetOf(chosen);
    return [
      `structured ${formatShare(share)} of ${targetNouns[of]}`,
      scope === "layer" && "per layer",
      criterion && `by ${criterion}`,
      normalize && `normalised by ${normalize}`,
      members && `over ${members === "all" ? "all members" : members}`,
      images && `on ${images} images`,
      iterations && iterations > 1 && `in ${iterations} parts`,
      minWidth && `keeping ${minWidth}`,
      roundTo && `in multiples of ${roundTo}`,
      maxShare && `at most ${formatShare(maxShare)} each`,
      form === "masked" && "masked",
      chosen.layers && `of ${chosen.layers}`,
      chosen.skip && `without ${chosen.skip}`,
    ]
      .filter(Boolean)
      .join(" ");
  },
};
