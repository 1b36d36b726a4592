import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Directions whose share of the energy is less are not told from the rounding of single floats. */
const negligible = 1e-10;

/**
 * The factors by which rows, added up, come closest to a target: those that minimise ‖Σ_j w_j x_j − y‖². Of all that
 * do, the nearest to 1, so that a row of zeros, or one that another repeats, is left as it is. By the normal equations,
 * whose matrix is taken apart into its eigenvectors: no rank is too low.
 * @param rows all as long as the target
 * @returns one factor a row
 */
export function factorsFor(rows: readonly Float32Array[], target: Float64Array): Float64Array {
  const count = rows.length;
  if (count === 0 || target.length === 0) return new Float64Array(count).fill(1);
  const x = new Matrix(rows.map((row) => Array.from(row)));
  // With w = 1 + d, what d has to bring is what the rows lack as they are: of all solutions the shortest d.
  const lacking = Matrix.columnVector(Array.from(target, (y, i) => y - sumAt(rows, i)));
  const gram = x.mmul(x.transpose());
  const { eigenvectorMatrix: directions, realEigenvalues: energies } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const least = negligible * Math.max(...energies);
  const along = directions.transpose().mmul(x.mmul(lacking));
  const steps = energies.map((energy, i) => (energy > least ? along.get(i, 0) / energy : 0));
  const change = directions.mmul(Matrix.columnVector(steps));
  return Float64Array.from({ length: count }, (_, j) => 1 + change.get(j, 0));
}

const sumAt = (rows: readonly Float32Array[], i: number): number =>
  rows.reduce((sum, row) => sum + (row[i] as number), 0);
