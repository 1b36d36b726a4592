import * as tf from "@tensorflow/tfjs-core";

/** As Keras clips probabilities before taking their logarithm. */
const smallest = 1e-7;

/**
 * Logits of a classifier's scores: the scores themselves, or the logarithms of probabilities, which differ from
 * logits by a constant a row and so give the same softmax.
 */
export function logitsOf(scores: tf.Tensor, areProbabilities: boolean): tf.Tensor {
  return areProbabilities ? tf.log(tf.clipByValue(scores, smallest, 1)) : scores;
}

export interface LossTargets {
  /** `[batch, classes]`, a distribution a row. */
  readonly labels?: tf.Tensor;
  /** `[batch, classes]`, logits. */
  readonly teacher?: tf.Tensor;
}

/**
 * Mean cross-entropy against labels, or against a teacher's softened softmax, or both mixed. The teacher's part is
 * multiplied by the square of the temperature, so that its gradients keep their size (Hinton et al. 2015).
 * @returns a scalar, in nats
 */
export function lossOf(
  logits: tf.Tensor,
  { labels, teacher }: LossTargets,
  temperature: number,
  teacherShare: number,
): tf.Scalar {
  const share = labels === undefined ? 1 : teacher === undefined ? 0 : teacherShare;
  const parts: tf.Tensor[] = [];
  if (labels && share < 1) parts.push(tf.mul(crossEntropy(logits, labels), 1 - share));
  if (teacher && share > 0) {
    const soft = tf.softmax(tf.div(teacher, temperature));
    parts.push(tf.mul(crossEntropy(tf.div(logits, temperature), soft), share * temperature ** 2));
  }
  return tf.reshape(tf.addN(parts), []) as tf.Scalar;
}

/** −Σ p log softmax(z), mean over the batch. */
function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1)));
}
