/**
 * A model on the backend whose channels can be tried: what would it answer without this one? Only what the channel
 * changes is computed again, on what is known of the rest. Dispose it.
 */
export interface Ablation {
  /**
   * Runs the whole model on a batch, and holds what is needed to try channels on it.
   * @param values row-major, of `shape`, batch first
   */
  hold(values: Float32Array, shape: readonly number[]): Promise<Held>;
  dispose(): void;
}

/** A batch of examples that channels are tried on. Dispose it. */
export interface Held {
  /** What the whole model answers: `examples × classes`, row-major. */
  readonly scores: Float32Array;
  /** Bytes that it takes on the backend until it is disposed of. */
  readonly bytes: number;
  /**
   * What the model answers without a channel, each alone: as the model masked at that channel (`mask`) would, up to
   * the rounding of sums in another order.
   * @param channels numbers of free channels
   * @param rows for each of them, which of the batch's examples to answer, ascending; all if left out
   * @returns for each of them `examples × classes`, row-major
   */
  without(channels: readonly number[], rows?: readonly (readonly number[])[]): Promise<Float32Array[]>;
  dispose(): void;
}
