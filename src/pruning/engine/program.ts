import type * as tf from "@tensorflow/tfjs-core";
import type { LoadedModel, TensorSpec } from "./engine.ts";

/** A layers or graph model as TensorFlow.js holds it, under one face. */
export interface Program {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: LoadedModel["outputs"];
  /**
   * One forward pass.
   * @param feeds one tensor per input, in their order; they stay the caller's
   * @param wanted names among `outputs`
   * @returns one tensor per name; the caller's to dispose of
   */
  run(feeds: tf.Tensor[], wanted: readonly string[]): Promise<tf.Tensor[]>;
  dispose(): void;
}

/** A shape as TensorFlow.js has it, open lengths (which graph models write as -1) as null. */
export function openShape(shape: readonly (number | null)[]): (number | null)[] {
  return shape.map((length) => (length === null || length < 0 ? null : length));
}
