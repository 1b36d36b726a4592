import type { PanelRun, PanelState } from "../protocol/panel.ts";
import { metricDefinition, metricValue, qualityMetric } from "../pruning/metrics/definitions.ts";
import type { MetricName, RunStatus } from "../pruning/runs/run.ts";
import type { Axes } from "./axes.ts";
import type { Entry } from "./entries.ts";
import type { ChartModel } from "./series.ts";

// What the page says in sentences.

export const emptyPage = {
  title: "No runs yet",
  text: "Right-click a model.json in the Explorer and choose Prune Model… Its trials appear here one by one.",
};

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const statusWords: Readonly<Record<RunStatus, string>> = {
  running: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

/** A run's state for the legend: `running · 3 trials`. */
export function describeStatus(run: PanelRun): string {
  return `${statusWords[run.status]} · ${plural(run.trials.length, "trial")}`;
}

/** A trial in one sentence: `Trial magnitude 60 %: sparsity 60.0 %, accuracy 87.5 %, gzip size 457 kB.` */
export function describeEntry({ trial, run }: Entry): string {
  const headline: readonly MetricName[] = ["sparsity", qualityMetric([trial]) ?? "accuracy", "gzipBytes"];
  const parts = headline.flatMap((key) => {
    const value = metricValue(trial.metrics, key);
    const { title, quantity } = metricDefinition(key);
    return value === undefined ? [] : [`${title.toLowerCase()} ${quantity.format(value)}`];
  });
  return `Trial ${trial.label} of ${run.title}: ${parts.join(", ")}.`;
}

const endings: Readonly<Record<RunStatus, string>> = {
  running: "is running",
  done: "is done",
  failed: "failed",
  cancelled: "was cancelled",
  interrupted: "was interrupted",
};

/** What is new in a snapshot, for a screen reader; empty where nothing is worth a word. */
export function announce(previous: PanelState, next: PanelState): string {
  const before = new Map(previous.runs.map((run) => [run.id, run]));
  const known = new Set(previous.runs.flatMap((run) => [run.baseline?.id, ...run.trials.map(({ id }) => id)]));
  const sentences = next.runs.flatMap((run) => {
    const fresh = run.trials.filter(({ id }) => !known.has(id));
    const last = fresh.at(-1);
    const told = last ? [describeEntry({ run, trial: last, baseline: false })] : [];
    const more = fresh.length > 1 ? [`${fresh.length} new trials.`] : [];
    const old = before.get(run.id);
    const ended = old && old.status !== run.status ? [`Run ${run.title} ${endings[run.status]}.`] : [];
    return [...more, ...told, ...ended];
  });
  return sentences.join(" ");
}

/** The chart's name: `Accuracy against sparsity: 20 trials of 3 runs.` */
export function nameChart({ x, y, series, path }: ChartModel): string {
  const runs = series.filter(({ points }) => points.length > 0).length;
  const trials = path.filter(({ baseline }) => !baseline).length;
  return `${y.title} against ${x.title.toLowerCase()}: ${plural(trials, "trial")} of ${plural(runs, "run")}.`;
}

/** What there is to see and to do on the chart, for who cannot see it. */
export function describeChart({ x, y, front }: ChartModel): string {
  const place = ({ trial, ...at }: ChartModel["front"][number]) =>
    `${trial.label} (${x.quantity.format(at.x)}, ${y.quantity.format(at.y)})`;
  const [first, last] = [front[0], front.at(-1)];
  const ends =
    first && last
      ? `The Pareto front goes in ${plural(front.length, "point")} from ${place(first)} to ${place(last)}. `
      : "";
  return `${ends}Arrow keys go from trial to trial, Enter opens the model. The table holds the same trials.`;
}

/** Why there is nothing to draw; undefined where there is. */
export function missingChart(shown: readonly PanelRun[], model: ChartModel): string | undefined {
  if (model.path.length > 0) return undefined;
  if (shown.length === 0) return "All runs are hidden. Tick one in the list of runs to see its trials.";
  if (shown.some(({ status }) => status === "running")) return "Waiting for the first trial …";
  return "These runs ended before a trial was finished.";
}

/** What a person should know before comparing the points. */
export function chartRemarks(shown: readonly PanelRun[], { quality, y }: Axes, { lacking }: ChartModel): string[] {
  const remarks: string[] = [];
  if (!quality)
    remarks.push(
      "These models were pruned without data, so there is no accuracy to weigh and no Pareto front: the chart shows their size. Choose data in Prune Model… to measure accuracy.",
    );
  else if (lacking > 0)
    remarks.push(`${plural(lacking, "trial")} without ${y.title.toLowerCase()} or place on x: see the table.`);
  const measuredOn = new Set(
    shown.flatMap(({ data }) => (data ? [JSON.stringify([data.path, data.split, data.examples])] : [])),
  );
  if (quality && measuredOn.size > 1)
    remarks.push("The shown runs were measured on different examples, so their front compares unlike with unlike.");
  return remarks;
}
