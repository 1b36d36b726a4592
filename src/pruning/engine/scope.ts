import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs something that makes tensors over several turns of the event loop, such as loading a model. If it fails,
 * every tensor and variable that it made is disposed of; `tf.tidy` can do that only for synchronous code.
 */
export async function undoOnFailure<T>(make: () => Promise<T>): Promise<T> {
  const engine = tf.engine();
  const variables = new Set(Object.keys(engine.registeredVariables));
  engine.startScope("undoOnFailure");
  try {
    const made = await make();
    for (const tensor of engine.state.activeScope.track) tf.keep(tensor);
    return made;
  } catch (error) {
    for (const [name, variable] of Object.entries(engine.registeredVariables)) {
      if (!variables.has(name)) variable.dispose();
    }
    throw error;
  } finally {
    engine.endScope();
  }
}

/**
 * Computes gradients. What was saved for the way back is disposed of when that fails too: TensorFlow.js does so only
 * when it succeeds, and where memory was the trouble, another try would have no more of it.
 */
export function gradientsOf(
  loss: () => tf.Scalar,
  variables: tf.Variable[],
): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  const { state } = tf.engine();
  try {
    return tf.tidy(() => tf.variableGrads(loss, variables));
  } catch (error) {
    tf.dispose(state.activeTape?.flatMap(({ saved }) => saved ?? []) ?? []);
    state.activeTape = [];
    throw error;
  }
}
