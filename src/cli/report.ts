import { formatMetric, metricDefinition, metricValue, qualityMetric } from "../pruning/metrics/definitions.ts";
import { frontOfTrials } from "../pruning/metrics/pareto.ts";
import { count } from "../pruning/metrics/quantities.ts";
import type { MetricName, Run, Trial } from "../pruning/runs/run.ts";
import { table } from "./output.ts";
import { describeSensitivity } from "./sensitivity.ts";

/** The trials as a table with all metrics they have, what there is to know of them, and the Pareto front. */
export function describeRun(run: Run): string {
  const trials = [...(run.baseline ? [run.baseline] : []), ...run.trials];
  const y: MetricName = qualityMetric(trials) ?? "gzipBytes";
  const notes = trials.flatMap((trial) => trial.notes.map((note) => `${trial.label}: ${note}`));
  return [
    describeTrials(trials, frontOfTrials(trials, "sparsity", y)),
    `* on the Pareto front of sparsity and ${metricDefinition(y).title.toLowerCase()}`,
    ...notes,
    ...run.sensitivity.map(describeSensitivity),
    ...(run.data ? describeData(run.data) : []),
    `Run: ${run.folder}`,
  ].join("\n");
}

/**
 * What fits a terminal's width and differs between trials of any method, agreement only in place of accuracy; `--json`
 * has all.
 */
const columns = [
  "sparsity",
  "accuracy",
  "agreement",
  "loss",
  "gzipBytes",
  "bytes",
  "nonZero",
  "effectiveMacs",
  "latencyMs",
] as const;

/** One row a trial, one column a metric that any of them has; a star marks the front. */
export function describeTrials(trials: readonly Trial[], front: readonly string[]): string {
  const shown = columns
    .filter((key) => trials.some(({ metrics }) => metricValue(metrics, key) !== undefined))
    .filter((key) => key !== "agreement" || key === qualityMetric(trials))
    .map(metricDefinition);
  const rows = trials.map(({ id, label, metrics }) => [
    front.includes(id) ? "*" : "",
    label,
    ...shown.map(({ key }) => formatMetric(metrics, key)),
  ]);
  const numbers = shown.map((_, column) => column + 2);
  return table(["", "Trial", ...shown.map(({ title }) => title)], rows, numbers);
}

function describeData({ path, split, examples, scaling, notes }: NonNullable<Run["data"]>): string[] {
  return [`Measured on ${count.format(examples)} ${split} images of ${path}, input scaling ${scaling}.`, ...notes];
}
