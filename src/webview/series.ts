import type { PanelRun } from "../protocol/panel.ts";
import { type MetricDefinition, metricValue } from "../pruning/metrics/definitions.ts";
import { paretoFront } from "../pruning/metrics/pareto.ts";
import type { Axes } from "./axes.ts";
import { type Entry, entriesOf } from "./entries.ts";

/** A trial at its place on the chart. */
export interface ChartPoint extends Entry {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** Whether another trial is on the Pareto front and this one is not. */
  readonly beaten: boolean;
}

/** What the chart draws, in the units of its metrics. */
export interface ChartModel {
  readonly x: MetricDefinition;
  readonly y: MetricDefinition;
  readonly series: readonly { readonly run: PanelRun; readonly points: readonly ChartPoint[] }[];
  /** From small to large x; empty where y says nothing of quality. */
  readonly front: readonly ChartPoint[];
  /** All points from small to large x: the way arrow keys go. */
  readonly path: readonly ChartPoint[];
  /** How many shown trials lack one of the two metrics. */
  readonly lacking: number;
}

/** The chart of these runs on these axes. */
export function chartModel(shown: readonly PanelRun[], { x, y, quality }: Axes): ChartModel {
  const entries = shown.flatMap(entriesOf);
  const placed = entries.flatMap((entry) => {
    const at = { x: metricValue(entry.trial.metrics, x.key), y: metricValue(entry.trial.metrics, y.key) };
    return at.x === undefined || at.y === undefined ? [] : [{ ...entry, id: entry.trial.id, x: at.x, y: at.y }];
  });
  const front = quality ? paretoFront(placed, { x: x.better, y: y.better }) : [];
  const best = new Set(front.map(({ id }) => id));
  const points = placed.map((point) => ({ ...point, beaten: best.size > 0 && !best.has(point.id) }));
  const path = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  return {
    x,
    y,
    series: shown.map((run) => ({ run, points: points.filter((point) => point.run === run) })),
    front: path.filter(({ id }) => best.has(id)),
    path,
    lacking: entries.length - points.length,
  };
}

/** Ends of an axis that hold all values, with room for a point's own width. */
export function axisRange(values: readonly number[]): { readonly min: number; readonly max: number } {
  if (values.length === 0) return { min: 0, max: 1 };
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  const room = (max - min) * 0.06 || Math.abs(max) * 0.05 || 0.05;
  return { min: min - room, max: max + room };
}
