import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";

// Batch normalisation in training as one operation. tfjs builds it from a mean, a variance and a normalisation whose
// gradient repeats the statistics for every pixel: three quarters of a training step on WASM.

/** Inputs x, scale, offset, the latter two of one number a channel; outputs y, mean, variance. */
export const BatchNormTraining = "BatchNormTraining";
/** Inputs dy, x, scale, mean, variance; outputs dx, dScale, dOffset. */
export const BatchNormTrainingGrad = "BatchNormTrainingGrad";

export interface BatchNormAttributes {
  readonly axis: number;
  readonly epsilon: number;
}

export interface NormalisedBatch {
  readonly y: tf.Tensor;
  /** Of the batch, one number a channel. */
  readonly mean: tf.Tensor;
  /** Of the batch itself: divided by the count, not by one less. */
  readonly variance: tf.Tensor;
}

/**
 * Normalises a batch by its own statistics, which are functions of x for the gradient.
 * @param axis of the channels, from 0
 */
export function batchNormTraining(
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  attributes: BatchNormAttributes,
): NormalisedBatch {
  const [y, mean, variance] = runKernel(BatchNormTraining, { x, scale, offset }, attributes);
  return { y, mean, variance } as NormalisedBatch;
}

/** For tfjs to know of. */
export const batchNormGradient: tf.GradConfig = {
  kernelName: BatchNormTraining,
  inputsToSave: ["x", "scale"],
  outputsToSave: [false, true, true],
  gradFunc(dys, saved, attributes) {
    const dy = (dys as tf.Tensor[])[0] as tf.Tensor;
    const [x, scale, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const gradients = runKernel(BatchNormTrainingGrad, { dy, x, scale, mean, variance }, attributes as never);
    const [dx, dScale, dOffset] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, scale: () => dScale, offset: () => dOffset };
  },
};

function runKernel(name: string, inputs: tf.NamedTensorMap, attributes: BatchNormAttributes): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as never, attributes as never) as unknown as tf.Tensor[];
}

/** The two kernels from operations that every backend has. */
export const batchNormKernels: Repairs = {
  [BatchNormTraining]: () => (args) => {
    const { x, scale, offset } = args.inputs as Record<string, tf.Tensor> as Record<
      "x" | "scale" | "offset",
      tf.Tensor
    >;
    const { axis, epsilon } = args.attrs as unknown as BatchNormAttributes;
    const { axes, spread } = channelsOf(x, axis);
    return tf.tidy(() => {
      const { mean, variance } = tf.moments(x, axes);
      const factor = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale);
      const y = tf.add(tf.mul(tf.sub(x, spread(mean)), spread(factor)), spread(offset));
      return [y, mean, variance];
    });
  },
  [BatchNormTrainingGrad]: () => (args) => {
    const inputs = args.inputs as Record<"dy" | "x" | "scale" | "mean" | "variance", tf.Tensor>;
    const { axis, epsilon } = args.attrs as unknown as BatchNormAttributes;
    const { dy, x, scale, mean, variance } = inputs;
    const { axes, spread, count } = channelsOf(x, axis);
    return tf.tidy(() => {
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      const normal = tf.mul(tf.sub(x, spread(mean)), spread(inverse));
      const dOffset = tf.sum(dy, axes);
      const dScale = tf.sum(tf.mul(dy, normal), axes);
      const shift = tf.add(spread(tf.div(dOffset, count)), tf.mul(normal, spread(tf.div(dScale, count))));
      const dx = tf.mul(tf.sub(dy, shift), spread(tf.mul(inverse, scale)));
      return [dx, dScale, dOffset];
    });
  },
};

/** What is summed over for each channel, and how a number for each channel meets x. */
function channelsOf(x: tf.Tensor, axis: number) {
  const axes = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const shape = x.shape.map((length, i) => (i === axis ? length : 1));
  return {
    axes,
    count: x.size / (x.shape[axis] as number),
    spread: (vector: tf.Tensor) => tf.reshape(vector, shape),
  };
}
