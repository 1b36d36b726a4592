import type { KernelView } from "../../../src/pruning/criteria/evidence.ts";
import { numbers } from "../engine/oracles.ts";

/** Filters as rows, seen as a kernel `[length, filters]` is. */
export function viewOf(filters: readonly (readonly number[])[]): KernelView {
  const count = filters.length;
  const length = filters[0]?.length ?? 0;
  const values = Float32Array.from(
    { length: count * length },
    (_, i) => filters[i % count]?.[Math.floor(i / count)] ?? 0,
  );
  return { values, count, filterOf: (i) => i % count };
}

/** A kernel for some of the channels only: column j belongs to `channels[j]`. */
export function partialView(
  filters: readonly (readonly number[])[],
  channels: readonly number[],
  count: number,
): KernelView {
  const view = viewOf(filters);
  return { values: view.values, count, filterOf: (i) => channels[i % filters.length] ?? -1 };
}

/** `count` rows of repeatable numbers. */
export function rowsOfNumbers(count: number, length: number, seed: number): number[][] {
  return Array.from({ length: count }, (_, i) => Array.from(numbers([length], seed * 100 + i).values));
}
