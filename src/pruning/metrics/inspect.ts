import { rankFilters } from "../criteria/filters.ts";
import type { WeightCriterion } from "../criteria/registry.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import type { Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import { filesOf } from "../model/write.ts";
import { countWeights, sparsityOf } from "./counts.ts";
import type { Inspection, LayerInspection } from "./inspection.ts";

/**
 * Says of a model what can be said without running it.
 * @param criterion ranks the filters of every layer; without one they are left out
 */
export function inspect(model: Model, network: Network, criterion?: WeightCriterion): Inspection {
  const counts = countWeights(model, network);
  const around = criterion?.evidence === "scales" ? { network, channels: channelsOf(model) } : undefined;
  return {
    format: model.format,
    parameters: counts.parameters,
    nonZero: counts.nonZero,
    macs: counts.macs,
    bytes: filesOf(model).reduce(
      (sum, { chunks }) => sum + chunks.reduce((size, chunk) => size + chunk.byteLength, 0),
      0,
    ),
    sparsity: sparsityOf(counts.prunableNonZero, counts.prunable),
    layers: counts.layers.map(({ layer, parameters, prunable, prunableNonZero }): LayerInspection => {
      const { name, type, outputShape, macs, reason } = layer;
      return {
        name,
        type,
        outputShape,
        parameters,
        macs,
        sparsity: sparsityOf(prunableNonZero, prunable),
        prunable: layer.prunable,
        ...(reason && { reason }),
        ...(criterion && layer.prunable && { filters: rankFilters(model, layer, criterion, around) }),
      };
    }),
  };
}
