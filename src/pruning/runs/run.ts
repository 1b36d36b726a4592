/** The measurements of one model. Shares are 0 to 1, sizes in bytes, times in ms, one multiply-add = 1 MAC. */
export interface Metrics {
  /** 1 − non-zero / weights of the original, over prunable weights. */
  readonly sparsity: number;
  readonly parameters: number;
  readonly nonZero: number;
  /** parameters of the original / nonZero. */
  readonly compression: number;
  /** Per example; null where a layer's shape is only known when the model runs. */
  readonly macs: number | null;
  /** MACs whose weight is not zero. No engine of TensorFlow.js skips the others. */
  readonly effectiveMacs: number | null;
  /** Of the weight files and model.json, as written. */
  readonly bytes: number;
  /** Of the same, gzipped at level 6 as a web server would; sampled above 32 MB (metrics/bytes.ts). */
  readonly gzipBytes: number;
  /** Median time of a forward pass at batch 1 and at batch 32. */
  readonly latencyMs?: number;
  readonly latencyBatch32Ms?: number;
  /** Share of test examples (validation, where there is no test split) whose best class is the label. */
  readonly accuracy?: number;
  /** Share whose label is among the five best classes; only where there are more than five. */
  readonly top5?: number;
  /** Mean cross-entropy, in nats. */
  readonly loss?: number;
}

export type MetricName = keyof Metrics;

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
