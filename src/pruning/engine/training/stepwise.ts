import * as tf from "@tensorflow/tfjs-core";

/** Kernels whose outputs do not change with small changes of their inputs. */
const stepwise = [
  tf.Equal,
  tf.NotEqual,
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.LogicalAnd,
  tf.LogicalNot,
  tf.LogicalOr,
  tf.Any,
  tf.All,
] as const;

/**
 * Gradients of comparisons: none. tfjs knows of few of them, and refuses layers that compare their inputs, such as
 * masks and thresholds.
 */
export const stepwiseGradients: readonly tf.GradConfig[] = stepwise.map((kernelName) => {
  const names = [tf.Any, tf.All, tf.LogicalNot].includes(kernelName as never) ? ["x"] : ["a", "b"];
  return {
    kernelName,
    inputsToSave: names,
    gradFunc: (_, saved) =>
      Object.fromEntries(names.map((name, i) => [name, () => tf.zeros((saved[i] as tf.Tensor).shape)])),
  };
});
