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

/**
 * The kernels of a layer that count its filters, seen filter by filter: the last kernel, and those that count along
 * the same axes, as in recurrent layers. In a separable convolution the pointwise kernel alone does.
 */
function kernelViews(model: Model, layer: Layer): KernelView[] {
  const kernels = kernelsOf(layer).flatMap(({ name, filterAxes, gates = 1 }) => {
    if (!filterAxes) return [];
    const weight = model.weights.get(name) as Weight;
    const columns = sizeOf(filterAxes.map((axis) => weight.shape[axis] as number));
    return [{ weight, filterAxes, count: columns / gates }];
  });
  const last = kernels.at(-1);
  return kernels
    .filter(({ filterAxes, count }) => count === last?.count && `${filterAxes}` === `${last.filterAxes}`)
    .map(({ weight, filterAxes, count }) => {
      const indexOf = rowMajorIndex(weight.shape, filterAxes);
      return { values: decodeFloats(weight), count, filterOf: (i) => indexOf(i) % count };
    });
}

/** Where an element of a shape lies along some of its axes, counted row-major over these. */
function rowMajorIndex(shape: readonly number[], axes: readonly number[]): (element: number) => number {
  const strides = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  const lengths = axes.map((axis) => shape[axis] as number);
  return (element) => {
    let index = 0;
    for (let a = 0; a < axes.length; a++) {
      const length = lengths[a] as number;
      index = index * length + (Math.floor(element / (strides[a] as number)) % length);
    }
    return index;
  };
}
