import type { MetricName, Metrics } from "./metrics.ts";
import { bytes, count, largeCount, milliseconds, nats, type Quantity, share, times } from "./quantities.ts";

/** Which way a person wants a metric to go. */
export type Direction = "higher" | "lower";

/** What every screen needs to know of a metric. */
export interface MetricDefinition {
  readonly key: MetricName;
  /** Heading of a column, name of an axis. */
  readonly title: string;
  readonly quantity: Quantity;
  readonly better: Direction;
  /** What is counted and what it is worth, for people, in one or two sentences. */
  readonly definition: string;
}

type Row = Omit<MetricDefinition, "key">;

const table: { readonly [K in MetricName]-?: Row } = {
  sparsity: {
    title: "Sparsity",
    quantity: share,
    better: "higher",
    definition:
      "Share of the prunable weights of the original model that are zero or gone. Zeros alone shrink only the gzip size: no TensorFlow.js engine skips them.",
  },
  accuracy: {
    title: "Accuracy",
    quantity: share,
    better: "higher",
    definition:
      "Share of test examples (validation ones, where the data has no test split) whose most probable class is the label.",
  },
  top5: {
    title: "Top-5 accuracy",
    quantity: share,
    better: "higher",
    definition: "Share of test examples whose label is among the five most probable classes.",
  },
  loss: {
    title: "Loss",
    quantity: nats,
    better: "lower",
    definition:
      "Mean cross-entropy in nats. It notices a model growing unsure before its accuracy falls; a blind guess among n classes costs ln n.",
  },
  agreement: {
    title: "Agreement",
    quantity: share,
    better: "higher",
    definition:
      "Share of the same examples whose most probable class is the one that the unpruned model gives, right or wrong. It needs no labels.",
  },
  gzipBytes: {
    title: "Gzip size",
    quantity: bytes,
    better: "lower",
    definition:
      "Size of model.json and its weight files as a web server sends them, gzipped at level 6. This is where zeros pay. 1 MB = 1,000,000 B.",
  },
  bytes: {
    title: "Size",
    quantity: bytes,
    better: "lower",
    definition:
      "Size of model.json and its weight files on disk. A zero takes as much room as any other weight. 1 MB = 1,000,000 B.",
  },
  parameters: {
    title: "Parameters",
    quantity: count,
    better: "lower",
    definition: "How many numbers the weight files hold, zeros included.",
  },
  nonZero: {
    title: "Non-zero",
    quantity: count,
    better: "lower",
    definition: "How many of the parameters are not zero.",
  },
  compression: {
    title: "Compression",
    quantity: times,
    better: "higher",
    definition:
      "Parameters of the original model divided by non-zero parameters of this one, the ratio papers report. Files shrink by less.",
  },
  macs: {
    title: "MACs",
    quantity: largeCount,
    better: "lower",
    definition:
      "Multiply-adds for one example, zeros included: the work TensorFlow.js really does. One multiply and one add count as 1.",
  },
  effectiveMacs: {
    title: "Effective MACs",
    quantity: largeCount,
    better: "lower",
    definition:
      "Multiply-adds for one example whose weight is not zero: what an engine that skips zeros would do. No engine of TensorFlow.js does.",
  },
  latencyMs: {
    title: "Latency",
    quantity: milliseconds,
    better: "lower",
    definition: "Median time of a forward pass of one example, on the backend and machine of the run.",
  },
  latencyBatch32Ms: {
    title: "Latency of 32",
    quantity: milliseconds,
    better: "lower",
    definition: "Median time of a forward pass of 32 examples at once, on the backend and machine of the run.",
  },
};

/** Every metric, in the order of tables: what one prunes for, what it costs, what it saves. */
export const metricDefinitions: readonly MetricDefinition[] = Object.entries(table).map(([key, row]) => ({
  key: key as MetricName,
  ...row,
}));

/** The definition of one metric. */
export function metricDefinition(key: MetricName): MetricDefinition {
  return { key, ...table[key] };
}

/** What may lie along x: what a model costs. */
export const xMetrics = [
  "sparsity",
  "nonZero",
  "parameters",
  "effectiveMacs",
  "macs",
  "bytes",
  "gzipBytes",
  "latencyMs",
] as const satisfies readonly MetricName[];

/** What may lie along y: how good its answers are, what says most of it first. */
export const yMetrics = ["accuracy", "top5", "loss", "agreement"] as const satisfies readonly MetricName[];

/** What says in one number how good a model's answers are: the second where nothing has labels. */
const qualities = ["accuracy", "agreement"] as const satisfies readonly MetricName[];
export type Quality = (typeof qualities)[number];

/** Which of them some of the models were measured by; undefined where there was no data. */
export function qualityMetric(models: readonly { readonly metrics: Metrics }[]): Quality | undefined {
  return qualities.find((key) => models.some(({ metrics }) => metricValue(metrics, key) !== undefined));
}

/** A metric's value; undefined where it was not measured, or has no finite value. */
export function metricValue(metrics: Metrics, key: MetricName): number | undefined {
  const value = metrics[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A metric's value in words, `–` where there is none. */
export function formatMetric(metrics: Metrics, key: MetricName): string {
  const value = metricValue(metrics, key);
  return value === undefined ? "–" : table[key].quantity.format(value);
}
