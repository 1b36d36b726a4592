import type { FilterScore } from "../criteria/filters.ts";
import type { Shape } from "../graph/network.ts";
import type { ModelFormat } from "../model/model.ts";

/** One layer as the tree, the terminal and a report show it. */
export interface LayerInspection {
  readonly name: string;
  readonly type: string;
  readonly outputShape: Shape | null;
  readonly parameters: number;
  readonly macs: number | null;
  /** Share of the layer's kernel weights that are zero; 0 where it has none. */
  readonly sparsity: number;
  readonly prunable: boolean;
  /** Why it is not prunable, or why a number is missing. */
  readonly reason?: string;
  /** Best first; only when asked for, and only for layers with a kernel. */
  readonly filters?: readonly FilterScore[];
}

/** What can be said of a model without running it: `secateur inspect --json` prints this. */
export interface Inspection {
  readonly format: ModelFormat;
  readonly parameters: number;
  readonly nonZero: number;
  /** Multiply-adds for one example; null where a layer's shape is only known when the model runs. */
  readonly macs: number | null;
  /** Of model.json and its weight files. */
  readonly bytes: number;
  /** Over prunable weights. */
  readonly sparsity: number;
  readonly layers: readonly LayerInspection[];
}
