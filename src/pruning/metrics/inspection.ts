import type { FilterScore } from "../criteria/filters.ts";
import type { Shape } from "../graph/network.ts";
import type { ModelFormat } from "../model/model.ts";

/** A filter as the tree, the terminal and a report show it. */
export interface FilterInspection extends FilterScore {
  /** Set where all its weights are zero. */
  readonly dead?: true;
  /** The first filter of the layer with the same weights, if that is another one. */
  readonly duplicateOf?: number;
  /** Set where it may not be removed; why, says the layer's group. Only where groups are known. */
  readonly locked?: true;
}

/** A channel group as the tree, the terminal and a report show it: layers that lose filters together or not at all. */
export interface GroupInspection {
  /** Of the first layer that makes its channels. */
  readonly name: string;
  /** The layers that make its channels, in network order. */
  readonly makers: readonly string[];
  /** The layers that hold weights for its channels and make none: batch normalisation, depthwise kernels. */
  readonly followers: readonly string[];
  /** The layers whose kernels read its channels. */
  readonly readers: readonly string[];
  /** How many channels it has. */
  readonly channels: number;
  /** How many of them may be removed. */
  readonly free: number;
  /** Why the others may not: a sentence. */
  readonly locked?: string;
}

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
  /** Name of the group whose channels it makes; or else follows, if those are of one group. Only when asked for. */
  readonly group?: string;
  /** Best first; only when asked for, and only for layers with a kernel. */
  readonly filters?: readonly FilterInspection[];
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
  /** In network order; none of graph models, of which none are known. Only when asked for. */
  readonly groups?: readonly GroupInspection[];
}
