import type { Contributions } from "./evidence.ts";
import type { Criterion } from "./spec.ts";

/** By how much one score must exceed another to survive rounding. */
const step = 2 ** -40;

/**
 * How wrong the next layers' sums are once the channel, and all that matter less, are gone: Σ_i (Σ_{j∈T} x̂_ij)² as a
 * share of Σ_i y_i², T grown greedily by the channel that adds least (Luo et al. 2017, "ThiNet", eq. 6 and algorithm 1).
 * 0 or more, 1 where as much is lost as there is; comparable between layers. Where removing one more makes good what
 * others cost, it scores just above them, so that scores have the greedy order.
 */
export const thinet: Criterion<"thinet", "contributions"> = {
  name: "thinet",
  title: "ThiNet's reconstruction error",
  description:
    "Squared error that the layers reading the filter make without it and all lesser ones, as a share of what they " +
    "compute. 0 or more; comparable between layers.",
  comparable: true,
  evidence: "contributions",
  score(readers, count) {
    const scores = new Float64Array(count).fill(Number.NaN);
    let last = 0;
    for (const [rank, { channel, error }] of greedyOrder(readers, count).entries()) {
      last = rank === 0 ? error : Math.max(error, last * (1 + step), Number.MIN_VALUE * rank);
      scores[channel] = last;
    }
    return scores;
  },
};

/** A channel that ThiNet removes, and the relative squared error once it and all before it are gone. */
interface Removed {
  readonly channel: number;
  readonly error: number;
}

/**
 * The order in which ThiNet's greedy search removes the channels that are read, ties by index. Each reader's error is
 * relative to its own energy, and the mean over readers counts, so that none drowns out the others.
 */
export function greedyOrder(readers: readonly Contributions[], count: number): Removed[] {
  const columns = readers.map(({ rows, values, energy }) => ({
    rows,
    values,
    weight: energy > 0 ? 1 / (energy * readers.length) : 0,
  }));
  // ‖s + x_j‖² = ‖s‖² + 2 s·x_j + ‖x_j‖²: s·x_j grows by x_t·x_j with every channel t that goes.
  const squares = Float64Array.from({ length: count }, (_, j) => product(columns, j, j));
  const overlaps = new Float64Array(count);
  const left = new Set([...Array(count).keys()].filter((j) => readers.some(({ read }) => read[j])));
  const order: Removed[] = [];
  let error = 0;
  while (left.size > 0) {
    const added = (j: number) => 2 * (overlaps[j] as number) + (squares[j] as number);
    const best = [...left].reduce((a, b) => (added(b) < added(a) ? b : a));
    const least = added(best);
    left.delete(best);
    error = Math.max(0, error + least);
    order.push({ channel: best, error });
    for (const j of left) overlaps[j] = (overlaps[j] as number) + product(columns, best, j);
  }
  return order;
}

interface Columns {
  readonly rows: number;
  readonly values: Float32Array;
  readonly weight: number;
}

/** x_a·x_b, the rows of all readers together. */
function product(readers: readonly Columns[], a: number, b: number): number {
  let total = 0;
  for (const { rows, values, weight } of readers) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += (values[a * rows + i] as number) * (values[b * rows + i] as number);
    total += weight * sum;
  }
  return total;
}
