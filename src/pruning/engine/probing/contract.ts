import type { Output } from "../engine.ts";

/** Inputs of a model: row-major, of `shape`, batch first. */
export interface InputBatch {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** An axis of what a layer puts out. */
export interface Place {
  /** As `Network.layers` names it. */
  readonly layer: string;
  /** Negative ones count from the end. */
  readonly axis: number;
}

/** What a batch makes of each index along an axis; over all the calls of a shared layer. */
export interface PlaceActivity {
  /** Mean of |a| over examples and all other axes. */
  readonly magnitude: Float32Array;
  /** Share of a that is exactly zero, 0 to 1. */
  readonly zeros: Float32Array;
}

/**
 * A layers model on the backend, opened up to look inside. It answers as it does in use: nothing drops, statistics stay.
 * Dispose it.
 */
export interface Probe {
  /** How active layers are, inner layers of nested models too; one per place. */
  activity(batch: InputBatch, places: readonly Place[]): Promise<PlaceActivity[]>;
  /** What a batch brings to layers, one list per name: the first tensor of each call. Named after the layer. */
  inputs(batch: InputBatch, layers: readonly string[]): Promise<Output[][]>;
  /**
   * Gradients of the mean cross-entropy over a batch, frozen weights included.
   * @param labels one class index an example
   * @param weights names among `Model.weights`
   * @returns as long as the weights; those that the loss does not depend on are left out
   * @throws SecateurError `training` naming the layer that cannot be differentiated
   */
  gradients(
    batch: InputBatch,
    labels: ArrayLike<number>,
    weights: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>>;
  dispose(): void;
}
