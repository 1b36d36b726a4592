import { type Direction, metricDefinition, metricValue } from "./definitions.ts";
import type { MetricName, Metrics } from "./metrics.ts";

/** Something with a place in a plane. */
export interface Point {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** For each axis, which way is better. */
export interface Directions {
  readonly x: Direction;
  readonly y: Direction;
}

/**
 * The points that no other point beats: none is at least as good in both and better in one. Sorted along x from
 * small to large; equal points do not beat each other, so all of them stay, in the order given. Points whose x
 * or y is not finite are left out. O(n log n): best x first, a point stays if its y beats every y before it.
 */
export function paretoFront<P extends Point>(points: readonly P[], better: Directions): P[] {
  const sx = better.x === "higher" ? -1 : 1;
  const sy = better.y === "higher" ? -1 : 1;
  const bestFirst = points
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .sort((a, b) => sx * (a.x - b.x) || sy * (a.y - b.y));
  const front: P[] = [];
  for (const point of bestFirst) {
    const last = front.at(-1);
    if (!last || sy * (point.y - last.y) < 0 || (point.x === last.x && point.y === last.y)) front.push(point);
  }
  return front.sort((a, b) => a.x - b.x);
}

/** Ids of the trials on the front of two metrics, along x. Trials that lack either metric are left out. */
export function frontOfTrials(
  trials: readonly { readonly id: string; readonly metrics: Metrics }[],
  x: MetricName,
  y: MetricName,
): readonly string[] {
  const points = trials.map(({ id, metrics }) => ({
    id,
    x: metricValue(metrics, x) ?? Number.NaN,
    y: metricValue(metrics, y) ?? Number.NaN,
  }));
  return paretoFront(points, { x: metricDefinition(x).better, y: metricDefinition(y).better }).map(({ id }) => id);
}
