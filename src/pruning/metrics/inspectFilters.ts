import { rankFilters } from "../criteria/filters.ts";
import type { WeightCriterion } from "../criteria/registry.ts";
import { spareFilters } from "../criteria/spareFilters.ts";
import { filterChannels, type Subject } from "../criteria/views.ts";
import type { Channels } from "../graph/channels/channels.ts";
import { freeChannels } from "../graph/channels/removal.ts";
import type { Layer } from "../graph/network.ts";
import type { FilterInspection } from "./inspection.ts";

/** A model and its layers, and its channels where they are known. */
export interface Inspected extends Pick<Subject, "model" | "network"> {
  readonly channels?: Channels | undefined;
}

/**
 * The filters of a layer, most important first, with what is to be known of each.
 * @returns nothing where the criterion has nothing to judge by, and for a layer without kernels
 */
export function inspectFilters(subject: Inspected, layer: Layer, criterion: WeightCriterion): FilterInspection[] {
  const { model, network, channels } = subject;
  const ranked = rankFilters(model, layer, criterion, channels && { network, channels });
  if (ranked.length === 0) return [];
  const { dead, duplicates } = spareFilters(model, layer);
  // Of graph models no channels are known, and nothing can be removed.
  const locked = channels && model.format === "layers-model" ? lockedFilters({ model, channels }, layer) : undefined;
  return ranked.map(({ index, score }) => {
    const duplicateOf = duplicates.get(index);
    return {
      index,
      score,
      ...(dead.has(index) && { dead: true as const }),
      ...(duplicateOf !== undefined && { duplicateOf }),
      ...(locked?.has(index) && { locked: true as const }),
    };
  });
}

/** The filters whose channels may not all be removed. */
function lockedFilters(subject: Pick<Subject, "model" | "channels">, layer: Layer): Set<number> {
  const free = freeChannels(subject.channels.groups, subject.channels.count);
  const mayGo = (carried: readonly number[]) => carried.length > 0 && carried.every((channel) => free[channel] === 1);
  return new Set(filterChannels(subject, layer).flatMap((carried, filter) => (mayGo(carried) ? [] : [filter])));
}
