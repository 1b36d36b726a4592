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
  const squares = new Float64Array(4);
  for (let j = 0; j < count; j++) {
    for (let k = j + 1; k < count; k += 4) {
      squaredDistances(rows, j * length, k * length, length, squares);
      for (let i = 0; i < 4 && k + i < count; i++) {
        if (!present[j] || !present[k + i]) continue;
        const distance = Math.sqrt(squares[i] as number);
        totals[j] = (totals[j] as number) + distance;
        totals[k + i] = (totals[k + i] as number) + distance;
      }
    }
  }
  return totals;
}

/** Of a row to each of four others that lie side by side: reading it once for all four takes half the time. */
function squaredDistances(rows: Float32Array, from: number, to: number, length: number, squares: Float64Array): void {
  const [second, third, fourth] = [to + length, to + 2 * length, to + 3 * length];
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const value = rows[from + i] as number;
    const toFirst = value - (rows[to + i] as number);
    const toSecond = value - (rows[second + i] as number);
    const toThird = value - (rows[third + i] as number);
    const toFourth = value - (rows[fourth + i] as number);
    a += toFirst * toFirst;
    b += toSecond * toSecond;
    c += toThird * toThird;
    d += toFourth * toFourth;
  }
  squares.set([a, b, c, d]);
}
