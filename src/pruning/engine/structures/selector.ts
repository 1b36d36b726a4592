import type * as tf from "@tensorflow/tfjs-core";
import type { Trainable } from "../training/trainable.ts";
import type { StructureSelection } from "./contract.ts";
import { factorsOn } from "./factors.ts";
import { normsOn } from "./norms.ts";

/** What chooses structures on a backend, step by step. Dispose it. */
export interface Selector {
  /** What gradients are computed of beside the weights. */
  readonly variables: readonly tf.Variable[];
  /** What is to be kept to go on, by names that no weight's slot has. */
  readonly slots: ReadonlyMap<string, tf.Variable>;
  /**
   * Its part of an optimiser step, before the weights move.
   * @param gradients by variable name; may be changed, and what is put there is the caller's to dispose of
   */
  step(gradients: tf.NamedTensorMap, learningRate: number): void;
  /** One number a structure: its factor, or the norm of its weights. The caller's to dispose of. */
  values(): tf.Tensor;
  dispose(): void;
}

/** Begins to choose; layers compute with what that makes of their weights. */
export function selectorOn(trainable: Trainable, selection: StructureSelection): Selector {
  return selection.by === "factors" ? factorsOn(trainable, selection) : normsOn(trainable, selection);
}
