import type { Layer } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import type { KernelView } from "./evidence.ts";
import type { WeightCriterion } from "./registry.ts";
import { kernelViews } from "./views.ts";

/** How much one filter (unit) matters, by a criterion. */
export interface FilterScore {
  readonly index: number;
  readonly score: number;
}

/**
 * The filters of a layer, most important first; equal scores in order of index.
 * @param scales of the batch normalisations behind the layer's filters, seen filter by filter
 * @returns nothing for a layer without kernels, nor where the criterion has nothing to judge by
 */
export function rankFilters(
  model: Model,
  layer: Layer,
  criterion: WeightCriterion,
  scales: readonly KernelView[] = [],
): FilterScore[] {
  const kernels = kernelViews(model, layer);
  const count = kernels[0]?.count ?? 0;
  const scores = criterion.evidence === "scales" ? criterion.score(scales, count) : criterion.score([kernels], count);
  return Array.from(scores, (score, index) => ({ index, score }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score || a.index - b.index);
}
