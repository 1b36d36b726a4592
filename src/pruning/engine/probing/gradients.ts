import * as tf from "@tensorflow/tfjs-core";
import { gradientsOf } from "../scope.ts";
import type { ScoringHead } from "../scoringHead.ts";
import { logitsOf, lossOf } from "../training/loss.ts";
import { withSettings } from "../training/settings.ts";
import type { OpenModel } from "./layersProbe.ts";

/**
 * Gradients of the mean cross-entropy over a batch, as the model answers in use. Frozen weights have theirs too.
 * @param labels one class index an example
 * @returns by name of the variable asked for; those that the loss does not depend on are left out
 */
export async function lossGradients(
  { forward, program }: OpenModel,
  { name, classes, givesProbabilities }: ScoringHead,
  input: tf.Tensor,
  labels: ArrayLike<number>,
  variables: ReadonlyMap<string, tf.Variable>,
): Promise<Map<string, Float32Array>> {
  const output = program.outputs.findIndex((each) => each.name === name);
  const moved = [...variables.values()];
  const targets = tf.tensor(oneHot(labels, classes), [labels.length, classes]);
  const used: tf.TensorContainer[] = [targets];
  try {
    const { value, grads } = withSettings(moved, { trainable: true }, () =>
      gradientsOf(() => {
        const scores = tf.reshape(forward(input)[output] as tf.Tensor, [labels.length, -1]);
        return lossOf(logitsOf(scores, givesProbabilities), { labels: targets }, 1, 0);
      }, moved),
    );
    used.push(value, grads);
    const gradients = new Map<string, Float32Array>();
    for (const [each, variable] of variables) {
      const gradient = grads[variable.name];
      if (gradient) gradients.set(each, (await gradient.data()) as Float32Array);
    }
    return gradients;
  } finally {
    tf.dispose(used);
  }
}

/** A row an example: 1 for its class. */
function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) rows[i * classes + (labels[i] as number)] = 1;
  return rows;
}
