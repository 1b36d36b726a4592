import { kernelsOf, type Layer } from "../graph/network.ts";
import { type Model, sizeOf, type Weight } from "../model/model.ts";
import { decodeFloats } from "../model/values.ts";
import type { Criterion, KernelView } from "./spec.ts";

/** How much one filter (unit) matters, by a criterion. */
export interface FilterScore {
  readonly index: number;
  readonly score: number;
}

/**
 * The filters of a layer, most important first; equal scores in order of index.
 * @returns nothing for a layer without kernels
 */
export function rankFilters(model: Model, layer: Layer, criterion: Criterion): FilterScore[] {
  const views = kernelViews(model, layer);
  if (views.length === 0) return [];
  return Array.from(criterion.score(views), (score, index) => ({ index, score })).sort(
    (a, b) => b.score - a.score || a.index - b.index,
  );
}

/** The kernels of a layer that have filters, seen filter by filter. */
function kernelViews(model: Model, layer: Layer): KernelView[] {
  return kernelsOf(layer).flatMap(({ name, filterAxes, gates = 1 }) => {
    if (!filterAxes) return [];
    const weight = model.weights.get(name) as Weight;
    const last = Math.max(...filterAxes);
    const inner = sizeOf(weight.shape.slice(last + 1));
    const outputs = sizeOf(filterAxes.map((axis) => weight.shape[axis] as number));
    const count = outputs / gates;
    // The axes of filters are neighbours in every layout, so that one division and a remainder find the filter.
    return [
      { values: decodeFloats(weight), count, filterOf: (i: number) => (Math.floor(i / inner) % outputs) % count },
    ];
  });
}
