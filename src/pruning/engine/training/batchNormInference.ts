import * as tf from "@tensorflow/tfjs-core";

/**
 * Gradient of batch normalisation by given statistics, where it is trained with its averages held. tfjs's own repeats
 * them for every pixel, and knows of the last axis only.
 */
export const fixedBatchNormGradient: tf.GradConfig = {
  kernelName: tf.FusedBatchNorm,
  inputsToSave: ["x", "mean", "variance", "scale"],
  gradFunc(dys, saved, attributes) {
    const dy = dys as tf.Tensor;
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const { varianceEpsilon } = attributes as unknown as { varianceEpsilon: number };
    const inverse = () => tf.rsqrt(tf.add(variance, varianceEpsilon));
    const factor = () => tf.mul(inverse(), scale);
    const product = () => sumLike(tf.mul(dy, tf.sub(x, mean)), mean);
    return {
      x: () => tf.mul(dy, factor()),
      mean: () => tf.mul(tf.neg(factor()), sumLike(dy, mean)),
      variance: () => tf.mul(tf.mul(tf.mul(tf.square(inverse()), factor()), -0.5), product()),
      scale: () => tf.mul(inverse(), product()),
      offset: () => sumLike(dy, mean),
    };
  },
};

/** Sums over all that a smaller tensor is broadcast over. */
function sumLike(x: tf.Tensor, like: tf.Tensor): tf.Tensor {
  const missing = x.rank - like.rank;
  const axes = x.shape.map((_, i) => i).filter((i) => i < missing || like.shape[i - missing] === 1);
  return tf.reshape(tf.sum(x, axes), like.shape);
}
