import type { Contributions } from "../../criteria/evidence.ts";
import { greedyOrder } from "../../criteria/thinet.ts";
import { factorsFor } from "./leastSquares.ts";

/** What the next layer computes with fewer channels, and how well. */
export interface Reconstruction {
  /** Places of the channels that go, in the order in which they were chosen. */
  readonly removed: readonly number[];
  /** By what each channel is multiplied where the next layer reads it, by place; 1 for those that go. */
  readonly factors: Float64Array;
  /** Squared error over the squares of the sums: as the survivors are, and once they are rescaled. 0 or more. */
  readonly error: number;
  readonly rescaledError: number;
}

/**
 * ThiNet's choice (Luo et al. 2017, algorithm 1 and eq. 7): the channels go whose sum over the sampled numbers stays
 * smallest, each the one that adds least, and the others are rescaled so that they come closest to what all gave.
 * @param free places of the channels that may go
 * @param count how many are to go, at most as many as are free
 */
export function reconstruct(contributions: Contributions, free: ReadonlySet<number>, count: number): Reconstruction {
  const { rows, values, read } = contributions;
  const channels = read.length;
  const allowed = { ...contributions, read: read.map((_, place) => Number(free.has(place))) };
  const removed = greedyOrder([allowed], channels)
    .slice(0, count)
    .map(({ channel }) => channel);
  const gone = new Set(removed);
  const kept = [...Array(channels).keys()].filter((place) => !gone.has(place));
  const rowOf = (place: number) => values.subarray(place * rows, (place + 1) * rows);
  const all = sumOf([...Array(channels).keys()].map(rowOf), rows);
  const own = factorsFor(kept.map(rowOf), all);
  const factors = new Float64Array(channels).fill(1);
  for (const [i, place] of kept.entries()) factors[place] = own[i] as number;
  const errorWith = (weights: Float64Array): number => {
    const given = sumOf(
      kept.map(rowOf),
      rows,
      kept.map((place) => weights[place] as number),
    );
    return relativeError(given, all);
  };
  return { removed, factors, error: errorWith(new Float64Array(channels).fill(1)), rescaledError: errorWith(factors) };
}

function sumOf(parts: readonly Float32Array[], length: number, weights?: readonly number[]): Float64Array {
  const sum = new Float64Array(length);
  for (const [j, part] of parts.entries()) {
    const weight = weights?.[j] ?? 1;
    for (let i = 0; i < length; i++) sum[i] = (sum[i] as number) + weight * (part[i] as number);
  }
  return sum;
}

function relativeError(given: Float64Array, wanted: Float64Array): number {
  const energy = wanted.reduce((sum, value) => sum + value ** 2, 0);
  const error = wanted.reduce((sum, value, i) => sum + (value - (given[i] as number)) ** 2, 0);
  return energy > 0 ? error / energy : 0;
}
