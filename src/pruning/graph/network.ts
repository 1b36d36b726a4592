/** `null` is a length that is only known when the model runs, such as the batch. */
export type Shape = readonly (number | null)[];

/** What a weight does in its layer. Only kernels are prunable; index tables and constants never are. */
export type WeightRole = "kernel" | "bias" | "normalization" | "state" | "constant";

export interface LayerWeight {
  /** Key in `Model.weights`. */
  readonly name: string;
  readonly role: WeightRole;
  /**
   * Kernels only: the axis or axes of the weight's shape that count filters (units). For an element, filter =
   * row-major index over these axes. A depthwise kernel `[h, w, c, m]` has `[2, 3]`: filter c·m + j.
   * Recurrent kernels `[in, gates·units]` have `[1]` with `gates` set: element column g·units + u is unit u.
   */
  readonly filterAxes?: readonly number[];
  /** Number of gates packed along the last axis: 4 for LSTM, 3 for GRU, 1 or absent elsewhere. */
  readonly gates?: number;
}

/** A layer of a layers model (nested models flattened), or an op of a graph model that computes with weights. */
export interface Layer {
  /** Unique in the network; inner layers of nested models are `outer/inner`. */
  readonly name: string;
  /** Keras class name, or TensorFlow op. */
  readonly type: string;
  /** Of the first call, batch first; null where it could not be inferred. */
  readonly outputShape: Shape | null;
  readonly weights: readonly LayerWeight[];
  /**
   * Multiply-adds for one example, summed over the calls of a shared layer, from true output shapes.
   * 0 for layers without kernels; null where a shape is unknown.
   */
  readonly macs: number | null;
  /** Whether it has a kernel whose weights a method may zero. */
  readonly prunable: boolean;
  /** Why not, in words, when it holds weights and is not prunable; or why macs is null. */
  readonly reason?: string;
}

export interface NetworkInput {
  readonly name: string;
  /** Batch first. */
  readonly shape: Shape;
  readonly dtype: string;
}

/** A model's topology as a list of layers in the order they run. Derived from JSON alone: no tensors. */
export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly { readonly name: string; readonly shape: Shape | null }[];
  readonly layers: readonly Layer[];
}

/** The kernels of a layer: the weights a method may zero. */
export function kernelsOf(layer: Layer): readonly LayerWeight[] {
  return layer.prunable ? layer.weights.filter((weight) => weight.role === "kernel") : [];
}
