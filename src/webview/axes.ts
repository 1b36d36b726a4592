import {
  type MetricDefinition,
  metricDefinition,
  metricValue,
  xMetrics,
  yMetrics,
} from "../pruning/metrics/definitions.ts";
import type { MetricName } from "../pruning/runs/run.ts";
import type { Entry } from "./entries.ts";

/** What y shows where nothing was measured on data. */
const sizes = ["gzipBytes", "bytes"] as const satisfies readonly MetricName[];

/** The two axes of the chart, and what else they could be. */
export interface Axes {
  readonly x: MetricDefinition;
  readonly y: MetricDefinition;
  readonly xs: readonly MetricDefinition[];
  readonly ys: readonly MetricDefinition[];
  /** Whether y says how good the answers are. Without that there is no trade-off, and no front. */
  readonly quality: boolean;
}

/**
 * The axes for these trials: what was chosen where at least one trial has it, else sparsity against accuracy,
 * top-5 accuracy, loss or agreement, else, where no trial was measured on data, against size.
 */
export function axesOf(entries: readonly Entry[], chosen: { readonly x?: MetricName; readonly y?: MetricName }): Axes {
  const measured = (keys: readonly MetricName[]) =>
    keys.filter((key) => entries.some(({ trial }) => metricValue(trial.metrics, key) !== undefined));
  const pick = (keys: readonly MetricName[], wish: MetricName | undefined, otherwise: MetricName) =>
    wish !== undefined && keys.includes(wish) ? wish : (keys[0] ?? otherwise);

  const xs = measured(xMetrics);
  const x = pick(xs, chosen.x, "sparsity");
  const qualities = measured(yMetrics);
  const quality = qualities.length > 0;
  const ys = quality ? qualities : measured(sizes).filter((key) => key !== x);
  const y = pick(ys, chosen.y, quality ? "accuracy" : "gzipBytes");
  return {
    x: metricDefinition(x),
    y: metricDefinition(y),
    xs: xs.map(metricDefinition),
    ys: ys.map(metricDefinition),
    quality,
  };
}
