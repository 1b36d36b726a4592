import { meanOf, sums } from "./members.ts";
import type { Criterion } from "./spec.ts";

/**
 * |γ| of the batch normalisation behind a channel (Liu et al. 2017, "network slimming"); of several, the mean. No unit,
 * 0 or more; comparable between layers, as what it scales has unit variance everywhere.
 */
export const batchNorm: Criterion<"batchNorm", "scales"> = {
  name: "batchNorm",
  title: "Batch-norm scale",
  description:
    "Magnitude of the scale γ that batch normalisation gives the filter's output (network slimming). No unit; " +
    "comparable between layers.",
  comparable: true,
  evidence: "scales",
  score: (scales, count) =>
    meanOf(
      scales.map((scale) => sums([scale], count, Math.abs)),
      count,
    ),
};
