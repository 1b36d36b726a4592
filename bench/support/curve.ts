/** A point of a curve. */
export interface CurveAt {
  readonly x: number;
  readonly y: number;
}

/** A share is reached to the weight: this is more than one weight's part. */
export const rounding = 1e-3;

/** What a curve comes to at `x`, between two of its points along a straight line; undefined beyond its ends. @param points by ascending x */
export function valueAt(points: readonly CurveAt[], x: number): number | undefined {
  const above = points.findIndex((point) => point.x >= x);
  const [low, high] = [points[above - 1], points[above]];
  if (!high) return undefined;
  if (!low) return high.x - x < rounding ? high.y : undefined;
  return low.y + ((x - low.x) / (high.x - low.x)) * (high.y - low.y);
}
