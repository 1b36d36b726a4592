import * as v from "valibot";
import { formatNumber, formatShare } from "../text.ts";
import { layerEntries } from "./options.ts";
import type { MethodSpec } from "./spec.ts";

const options = v.object({
  sparsity: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "a sparsity is at least 0 and less than 1"),
      v.ltValue(1, "a sparsity is at least 0 and less than 1"),
      v.title("Sparsity"),
      v.description("Share of the chosen layers' kernel weights that are zero afterwards, 0 to just under 1."),
    ),
  ),
  threshold: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "a threshold is at least 0"),
      v.title("Threshold"),
      v.description("Weights with a magnitude below this become zero."),
    ),
  ),
  quality: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0, "a quality is at least 0"),
      v.title("Quality"),
      v.description(
        "Weights below quality × the standard deviation of their kernel become zero (Han et al. 2015); about 0.3 to 0.9.",
      ),
    ),
  ),
  scope: v.optional(
    v.pipe(
      v.picklist(["global", "layer"]),
      v.title("Scope"),
      v.description("With a sparsity: reach it over all layers together (global), or in each layer (layer)."),
    ),
  ),
  ...layerEntries,
});

export type MagnitudeOptions = v.InferOutput<typeof options>;

/** The three ways the field sets the magnitude below which weights go. */
export const amounts = ["sparsity", "threshold", "quality"] as const;

export const magnitudeSpec: MethodSpec<"magnitude", typeof options> = {
  name: "magnitude",
  title: "Magnitude",
  description:
    "The smallest weights become zero (Han et al. 2015). Fast, and needs no data. The model keeps its shape: " +
    "it shrinks when compressed, and runs no faster.",
  options,
  gradual: ["sparsity", "scope", "layers", "skip"],
  problem(chosen) {
    const given = amounts.filter((amount) => chosen[amount] !== undefined);
    if (given.length !== 1) {
      return `Magnitude pruning needs one of ${amounts.join(", ")}, and ${given.length === 0 ? "none is" : `${given.join(" and ")} are`} given.`;
    }
    if (chosen.scope && chosen.sparsity === undefined) return "A scope goes with a sparsity; leave it out.";
    return undefined;
  },
  label({ sparsity, threshold, quality, scope, layers, skip }) {
    const amount =
      sparsity !== undefined
        ? formatShare(sparsity) + (scope === "layer" ? " per layer" : "")
        : threshold !== undefined
          ? `below ${formatNumber(threshold)}`
          : `quality ${formatNumber(quality ?? 0)}`;
    return ["magnitude", amount, layers && `of ${layers}`, skip && `without ${skip}`].filter(Boolean).join(" ");
  },
};
