import type { Layer } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import { rowsOf } from "./rows.ts";
import { kernelViews } from "./views.ts";

/** Filters of a layer that do nothing, or nothing that another does not do. */
export interface SpareFilters {
  /** Indices of those whose kernel weights are all zero. */
  readonly dead: ReadonlySet<number>;
  /** By index, the first filter with the same kernel weights up to rounding; dead ones are not among them. */
  readonly duplicates: ReadonlyMap<number, number>;
}

/** How far the weights of equal filters may lie apart, as a share of the filter's norm: some roundings of a float. */
const tolerance = 2 ** -20;

/** Finds a layer's dead and duplicate filters by its kernels alone: their biases may differ. */
export function spareFilters(model: Model, layer: Layer): SpareFilters {
  const kernels = kernelViews(model, layer);
  const count = kernels[0]?.count ?? 0;
  const { rows, length } = rowsOf(kernels, count);
  const row = (filter: number) => rows.subarray(filter * length, (filter + 1) * length);
  const norms = Array.from({ length: count }, (_, filter) => normOf(row(filter)));
  const isDead = (filter: number) => row(filter).every((weight) => weight === 0);
  const dead = new Set([...norms.keys()].filter(isDead));
  // Equal filters have equal norms: sorted by them, each is compared with those next to it alone.
  const sorted = [...norms.keys()].filter((filter) => !dead.has(filter));
  sorted.sort((a, b) => (norms[a] as number) - (norms[b] as number) || a - b);
  const duplicates = new Map<number, number>();
  for (const [position, a] of sorted.entries()) {
    const reach = (norms[a] as number) * tolerance;
    for (let next = position + 1; next < sorted.length; next++) {
      const b = sorted[next] as number;
      // Weights that differ by `reach` each make the norm differ by that times √length at most.
      if ((norms[b] as number) - (norms[a] as number) > reach * Math.sqrt(length)) break;
      if (!areEqual(rows, a * length, b * length, length, reach)) continue;
      const [low, high] = a < b ? [a, b] : [b, a];
      duplicates.set(high, Math.min(duplicates.get(high) ?? high, low));
    }
  }
  return { dead, duplicates };
}

function normOf(row: Float32Array): number {
  let sum = 0;
  for (const weight of row) sum += weight * weight;
  return Math.sqrt(sum);
}

/** Whether two rows are equal up to `reach`, each given by where it begins. */
function areEqual(rows: Float32Array, a: number, b: number, length: number, reach: number): boolean {
  for (let i = 0; i < length; i++) {
    if (Math.abs((rows[a + i] as number) - (rows[b + i] as number)) > reach) return false;
  }
  return true;
}
