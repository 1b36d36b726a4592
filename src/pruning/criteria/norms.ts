import type { Criterion, KernelView } from "./spec.ts";

/** Σ|w| of a filter (Li et al. 2017). */
export const l1: Criterion<"l1"> = {
  name: "l1",
  title: "L1 norm",
  description: "Sum of the magnitudes of the filter's weights. No unit; compare within a layer.",
  score: (kernels) => sums(kernels, Math.abs),
};

/** √Σw² of a filter. */
export const l2: Criterion<"l2"> = {
  name: "l2",
  title: "L2 norm",
  description: "Square root of the sum of the squares of the filter's weights. No unit; compare within a layer.",
  score: (kernels) => sums(kernels, (weight) => weight * weight).map(Math.sqrt),
};

function sums(kernels: readonly KernelView[], term: (weight: number) => number): Float64Array {
  const total = new Float64Array(kernels[0]?.count ?? 0);
  for (const { values, filterOf } of kernels) {
    for (let i = 0; i < values.length; i++) {
      const filter = filterOf(i);
      total[filter] = (total[filter] as number) + term(values[i] as number);
    }
  }
  return total;
}
