import type { WeightCriterion } from "../criteria/registry.ts";
import type { Channels } from "../graph/channels/channels.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import type { Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import { filesOf } from "../model/write.ts";
import { countWeights, sparsityOf } from "./counts.ts";
import { inspectFilters } from "./inspectFilters.ts";
import { groupsByLayer, inspectGroups } from "./inspectGroups.ts";
import type { Inspection, LayerInspection } from "./inspection.ts";

/** What is wanted of an inspection beside the layers. */
export interface Wanted {
  /** Ranks the filters of every layer; without one they are left out. */
  readonly criterion?: WeightCriterion | undefined;
  /** Of the model: then its groups are told too. */
  readonly channels?: Channels | undefined;
}

/** Says of a model what can be said without running it. */
export function inspect(model: Model, network: Network, { criterion, channels }: Wanted = {}): Inspection {
  const counts = countWeights(model, network);
  const known = channels ?? (criterion?.evidence === "scales" ? channelsOf(model) : undefined);
  const groups = channels && inspectGroups(channels);
  const groupOf = groupsByLayer(groups ?? []);
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
      const group = groupOf.get(name);
      return {
        name,
        type,
        outputShape,
        parameters,
        macs,
        sparsity: sparsityOf(prunableNonZero, prunable),
        prunable: layer.prunable,
        ...(reason && { reason }),
        ...(group && { group }),
        ...(criterion &&
          layer.prunable && { filters: inspectFilters({ model, network, channels: known }, layer, criterion) }),
      };
    }),
    ...(groups && { groups }),
  };
}
