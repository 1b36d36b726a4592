import type * as tf from "@tensorflow/tfjs-core";
import type { Definition } from "../code/functions.ts";
import type { Native } from "../native.ts";
import { sumRows } from "../simd/columns.ts";
import { size } from "../simd/loops.ts";

/**
 * A tensor that several shares of the work add to: each gets zeroed memory of its own, one behind the other, and the
 * sum over all shares is the result.
 */
export function sumOfShares(
  native: Native,
  shape: readonly number[],
  shares: number,
  work: (sums: number) => void,
): tf.TensorInfo {
  const result = native.output(shape);
  const count = shape.reduce((a, b) => a * b, 1);
  addShares(native, native.addressOf(result), count, shares, work);
  return result;
}

/** The same with `count` floats at an address for the result. */
export function addShares(
  native: Native,
  result: number,
  count: number,
  shares: number,
  work: (sums: number) => void,
): void {
  if (shares === 1) {
    native.clear(result, size * count);
    work(result);
    return;
  }
  native.withScratch(size * shares * count, (sums) => {
    native.clear(sums, size * shares * count);
    work(sums);
    addUp(native, sums, { rows: shares, columns: count }, result);
  });
}

/** Rows and columns that one item of a reduction adds up. */
const rowsPerItem = 2048;
const columnsPerItem = 4096;

/** A tensor seen as a matrix. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

/** A function that leaves sums for each share of the rows, see `simd/columns.ts`. */
type Reduction<P extends string> = Definition<P | keyof Matrix | "rowsPerItem" | "columnsPerItem" | "columnItems">;

/**
 * Sums down a matrix's columns.
 * @param results addresses of the whole sums, under the names of the operands that the reduction leaves sums in
 */
export function reduceRows<P extends string>(
  native: Native,
  reduction: Reduction<P>,
  operands: Readonly<Record<string, number>>,
  matrix: Matrix,
  results: Readonly<Record<string, number>>,
): void {
  const shares = Math.ceil(matrix.rows / rowsPerItem);
  const columnItems = Math.ceil(matrix.columns / columnsPerItem);
  const run = (addresses: Readonly<Record<string, number>>) => {
    const all = { ...operands, ...matrix, ...addresses, rowsPerItem, columnsPerItem, columnItems };
    native.run(reduction, shares * columnItems, all as Readonly<Record<P | keyof typeof all, number>>);
  };
  if (shares === 1) {
    run(results);
    return;
  }
  const bytes = size * shares * matrix.columns;
  native.withScratch(bytes * Object.keys(results).length, (scratch) => {
    const partial = Object.fromEntries(Object.keys(results).map((name, i) => [name, scratch + i * bytes]));
    run(partial);
    for (const [name, sums] of Object.entries(results)) {
      addUp(native, partial[name] as number, { rows: shares, columns: matrix.columns }, sums);
    }
  });
}

/** Adds up a few rows. */
function addUp(native: Native, x: number, matrix: Matrix, sums: number): void {
  const columnItems = Math.ceil(matrix.columns / columnsPerItem);
  native.run(sumRows, columnItems, { x, sums, ...matrix, rowsPerItem: matrix.rows, columnsPerItem, columnItems });
}
