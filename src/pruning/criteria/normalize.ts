/** How scores are made comparable between groups, so that ranking them all together means something. */
export const normalizations = ["none", "mean", "max", "lamp"] as const;
export type Normalization = (typeof normalizations)[number];

/**
 * The scores of one group made comparable with those of others. The order within the group stays, ties by index.
 * - `none`: as they are, for criteria that are comparable by themselves.
 * - `mean`: over the mean of their magnitudes, as DepGraph divides by the group's mean (Fang et al. 2023).
 * - `max`: over the greatest magnitude.
 * - `lamp`: s² over the sum of squares of itself and all that rank above it (Lee et al. 2021, "LAMP", there for single
 *   weights): the best of every group scores 1, so that no group empties before another. Where scores go below 0, they
 *   are counted from the least.
 * @param scores of one group; those that are not finite are left as they are, and out of account
 */
export function normalize(scores: Float64Array, how: Normalization): Float64Array {
  const finite = scores.filter(Number.isFinite);
  const magnitudes = finite.map(Math.abs);
  switch (how) {
    case "none":
      return scores;
    case "mean":
      return over(scores, magnitudes.reduce((sum, score) => sum + score, 0) / finite.length);
    case "max":
      return over(
        scores,
        magnitudes.reduce((a, b) => Math.max(a, b), 0),
      );
    case "lamp":
      return lamp(scores, Math.min(0, ...finite));
  }
}

/** A group of zeros stays one. */
const over = (scores: Float64Array, unit: number): Float64Array =>
  unit > 0 ? scores.map((score) => score / unit) : scores;

function lamp(scores: Float64Array, least: number): Float64Array {
  const best = scores.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0) - least;
  const order = [...scores.keys()]
    .filter((i) => Number.isFinite(scores[i]))
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || b - a);
  const result = scores.slice();
  let above = 0;
  for (const i of order) {
    // In units of the best, so that squares neither vanish nor overflow.
    const square = (((scores[i] as number) - least) / (best || 1)) ** 2;
    above += square;
    result[i] = above > 0 ? square / above : 0;
  }
  return result;
}
