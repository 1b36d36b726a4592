import type { Metrics } from "../metrics/metrics.ts";

export type { MetricName, Metrics } from "../metrics/metrics.ts";

export interface LayerSparsity {
  readonly name: string;
  readonly sparsity: number;
}

/** One pruned model of a run: a point on the chart. */
export interface Trial {
  /** Unique among runs: `<run id>/<n>`, n from 1; the unpruned baseline is n = 0. */
  readonly id: string;
  /** What was asked for, short, such as `magnitude 60 %`. */
  readonly label: string;
  /** Of model.json: relative to the run folder on disk, absolute once read back. */
  readonly model: string;
  readonly metrics: Metrics;
  readonly layers: readonly LayerSparsity[];
  /** What a person should know: requested against achieved, layers left out and why. */
  readonly notes: readonly string[];
  /** ISO 8601. */
  readonly finished: string;
}

/** `interrupted` is never written: a reader says it of a run whose process is gone. */
export type RunStatus = "running" | "done" | "failed" | "cancelled" | "interrupted";

/** run.json. */
export interface RunInfo {
  readonly version: 1;
  readonly id: string;
  readonly status: RunStatus;
  /** Absolute path of the model that was pruned. */
  readonly model: string;
  readonly title: string;
  readonly started: string;
  readonly finished?: string;
  /** One sentence, when failed. */
  readonly error?: string;
  readonly process: { readonly pid: number; readonly host: string };
  readonly versions: { readonly secateur: string; readonly tfjs: string; readonly node: string };
  readonly machine: {
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memory: number;
  };
  /** Absent where the run needed no TensorFlow.js. */
  readonly backend?: { readonly name: string; readonly detail: string; readonly passedOver: readonly string[] };
  /** Absent where the run had no data. */
  readonly data?: {
    readonly path: string;
    readonly scaling: string;
    /** Which split accuracy was measured on, and on how many examples. */
    readonly split: string;
    readonly examples: number;
    readonly notes: readonly string[];
  };
  readonly baseline?: Trial;
}

/** A run as read back from its folder. */
export interface Run extends RunInfo {
  readonly folder: string;
  readonly trials: readonly Trial[];
}
