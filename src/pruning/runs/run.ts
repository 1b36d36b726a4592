import type { Sensitivity } from "../methods/sensitivity.ts";
import type { FactorSpread } from "../methods/sss/spread.ts";
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
  /** Of the step that made it, in the recipe's plan; absent where that step ended early, and of the baseline. */
  readonly place?: string;
  /** ISO 8601. */
  readonly finished: string;
}

/** How sensitive a model was found to be by one step of a run. */
export interface SensitivityAnalysis extends Sensitivity {
  /** Of the step, in the recipe's plan. */
  readonly place: string;
  /** Which model it was, and what was measured, short. */
  readonly label: string;
}

/** How the factors that one step of a run trains are spread by now, or were when it ended. */
export interface FactorRecord extends FactorSpread {
  /** Of the step, in the recipe's plan. */
  readonly place: string;
  /** What was asked for, short. */
  readonly label: string;
}

/** `interrupted` is never written: a reader says it of a run whose process is gone. */
export type RunStatus = "running" | "done" | "failed" | "cancelled" | "interrupted";

/** What ran TensorFlow.js, and what `auto` chose it by. */
export interface BackendRecord {
  readonly name: string;
  readonly detail: string;
  /** One sentence per backend that could not be opened. */
  readonly passedOver: readonly string[];
  /** Where several could be opened: how many milliseconds each took for the same batch, or why that is not known. */
  readonly choice?: {
    readonly batchSize: number;
    readonly timings: readonly {
      readonly name: string;
      readonly forwardMs?: number;
      readonly stepMs?: number;
      readonly reason?: string;
    }[];
  };
}

/** run.json. */
export interface RunInfo {
  readonly version: 1;
  readonly id: string;
  readonly status: RunStatus;
  /** Absolute path of the model that was pruned. */
  readonly model: string;
  readonly title: string;
  readonly started: string;
  /** When it was last taken up again. */
  readonly resumed?: string;
  readonly finished?: string;
  /** Digests of what it was made from. A run is taken up again only with the same. */
  readonly inputs?: { readonly recipe: string; readonly model: string; readonly data?: string };
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
  readonly backend?: BackendRecord;
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
  /** Of its steps that measured how sensitive a model is, in the order they were begun. */
  readonly sensitivity: readonly SensitivityAnalysis[];
  /** Of its steps that chose structures by factors or norms, in the order they were begun. */
  readonly factors: readonly FactorRecord[];
}
