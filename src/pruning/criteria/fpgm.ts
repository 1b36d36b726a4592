import type { Member } from "./evidence.ts";
import { meanOf } from "./members.ts";
import { rowsOf } from "./rows.ts";
import type { Criterion } from "./spec.ts";

/**
 * Σ_k ‖F_j − F_k‖₂, the distances of a filter to all others of its layer: small for one near the geometric median, for
 * which others can stand in (He et al. 2019, "Filter pruning via geometric median"); of a group the mean over its
 * layers. In the units of the weights, 0 or more; grows with the number of filters and their length.
 */
export const fpgm: Criterion<"fpgm", "weights"> = {
  name: "fpgm",
  title: "Geometric median",
  description:
    "Sum of the distances of the filter to all others of its layer (FPGM): low where others can stand in for it. " +
    "No unit; compare within a layer.",
  comparable: false,
  evidence: "weights",
  score: (members, count) =>
    meanOf(
      members.map((member) => distanceSums(member, count)),
      count,
    ),
};

/** Differences are taken before squares, so that equal filters are at a distance of exactly 0. */
function distanceSums(member: Member, count: number): Float64Array {
  const { rows, length, present } = rowsOf(member, count);
  const totals = Float64Array.from(present, (here) => (here ? 0 : Number.NaN));
  for (let j = 0; j < count; j++) {
    if (!present[j]) continue;
    for (let k = j + 1; k < count; k++) {
      if (!present[k]) continue;
      const distance = Math.sqrt(squaredDistance(rows, j * length, k * length, length));
      totals[j] = (totals[j] as number) + distance;
      totals[k] = (totals[k] as number) + distance;
    }
  }
  return totals;
}

/** Two sums side by side: each waits for itself only. */
function squaredDistance(rows: Float32Array, a: number, b: number, length: number): number {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    const first = (rows[a + i] as number) - (rows[b + i] as number);
    const second = (rows[a + i + 1] as number) - (rows[b + i + 1] as number);
    even += first * first;
    odd += second * second;
  }
  return even + odd;
}
