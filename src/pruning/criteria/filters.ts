import type { Layer } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import type { WeightCriterion } from "./registry.ts";
import { channelsMade, kernelViews, type Subject, scalesOf } from "./views.ts";

/** How much one filter (unit) matters, by a criterion. */
export interface FilterScore {
  readonly index: number;
  readonly score: number;
}

/**
 * The filters of a layer, most important first; equal scores in order of index.
 * @param around the layer's network and channels, for criteria that judge by layers behind it
 * @returns nothing for a layer without kernels, nor where the criterion has nothing to judge by
 */
export function rankFilters(
  model: Model,
  layer: Layer,
  criterion: WeightCriterion,
  around?: Pick<Subject, "network" | "channels">,
): FilterScore[] {
  return Array.from(scoreFilters(model, layer, criterion, around), (score, index) => ({ index, score }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score || a.index - b.index);
}

function scoreFilters(
  model: Model,
  layer: Layer,
  criterion: WeightCriterion,
  around: Pick<Subject, "network" | "channels"> | undefined,
): Float64Array {
  if (criterion.evidence === "weights") {
    const kernels = kernelViews(model, layer);
    return criterion.score([kernels], kernels[0]?.count ?? 0);
  }
  if (!around) return new Float64Array();
  const filters = channelsMade(layer, around.channels);
  const channels = new Int32Array(new Set(filters));
  const followers = around.network.layers.map(({ name }) => name);
  const scores = criterion.score(scalesOf({ model, ...around }, { channels, followers }), channels.length);
  const scoreOf = new Map(Array.from(channels, (channel, place) => [channel, scores[place] as number]));
  return Float64Array.from(filters, (channel) => scoreOf.get(channel) as number);
}
