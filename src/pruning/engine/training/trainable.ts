import type * as tf from "@tensorflow/tfjs-core";
import type { Program } from "../program.ts";

/** A model whose weights are variables, so that gradients reach them. */
export interface Trainable {
  readonly program: Program;
  /** By the names of `Model.weights`; normalisation statistics are there too, and move without gradients. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** Those that gradients move. */
  readonly trained: ReadonlySet<string>;
  /**
   * A forward pass as in training: dropout drops, batch-norm normalises by the batch.
   * @param output name among the program's outputs
   * @param seed of what is drawn at random
   */
  forward(input: tf.Tensor, output: string, seed: number): tf.Tensor;
  /**
   * Has layers compute with something else in a weight's place from now on; gradients go through it to the weight.
   * @throws SecateurError `unsupported-model` for graph models
   */
  view(name: string, make: (weight: tf.Variable) => tf.Tensor): void;
  /** Runs a batch so that the statistics of batch normalisation take over a share of the batch's. */
  observe(input: tf.Tensor, share: number): void;
  /** The layer whose gradient cannot be computed, where one can be told: such as `layer "conv" (Conv2D)`. */
  culprit(): string | undefined;
}
