import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../../errors.ts";
import { loadGraph, programOf } from "../graphProgram.ts";
import type { Trainable } from "./trainable.ts";

/** What graph models keep their weights in; private, but plain, and the setter is what tells it of new tensors. */
interface Executor {
  weightMap: Record<string, tf.Tensor[]>;
}

/**
 * Loads a graph model for training: its weights become variables, and running it synchronously records gradients.
 * Batch-norm that the converter did not fold keeps its statistics.
 * @param trainable weights that gradients move
 */
export async function loadGraphTrainable(
  artifacts: tf.io.ModelArtifacts,
  trainable: ReadonlySet<string>,
): Promise<Trainable> {
  const model = await loadGraph(artifacts);
  const program = programOf(model);
  const { executor } = model as unknown as { executor: Executor };
  const weights = { ...executor.weightMap };
  const variables = new Map<string, tf.Variable>();
  for (const name of trainable) {
    const [constant] = weights[name] ?? [];
    if (!constant) continue;
    const variable = tf.variable(constant as tf.Tensor, true);
    constant.dispose();
    weights[name] = [variable];
    variables.set(name, variable);
  }
  executor.weightMap = weights;
  return {
    program,
    variables,
    trained: new Set(variables.keys()),
    forward: (input, output) => {
      const [key] = program.inputs;
      return model.execute({ [key?.name ?? ""]: input }, output) as tf.Tensor;
    },
    view() {
      throw new SecateurError(
        "unsupported-model",
        "Structures of a graph model cannot be chosen in training; start from the layers model it was made from.",
      );
    },
    observe() {
      throw new SecateurError(
        "training",
        "A graph model's batch normalisation cannot be recalibrated: TensorFlow.js keeps its statistics as they were converted. Leave the step out.",
      );
    },
    // The message names the op, which is found in the graph.
    culprit: () => undefined,
  };
}
