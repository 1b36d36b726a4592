import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";

/** Inputs dy and y, the output of the activation; output dx. Attribute `activation`. */
export const BoundedGrad = "BoundedGrad";

/** Activations that hold their input between 0 and a bound, so that their gradient follows from their output. */
export const bounds = { relu: Number.POSITIVE_INFINITY, relu6: 6 } as const;
export type Bounded = keyof typeof bounds;

export function isBounded(activation: string): activation is Bounded {
  return activation in bounds;
}

/** The gradient before a bounded activation, from the one behind it and its output. */
export function boundedGradient(dy: tf.Tensor, y: tf.Tensor, activation: Bounded): tf.Tensor {
  return tf.engine().runKernel(BoundedGrad, { dy, y }, { activation });
}

/** That kernel from operations that every backend has. */
export const boundedKernels: Repairs = {
  [BoundedGrad]:
    () =>
    ({ inputs, attrs }) => {
      const { dy, y } = inputs as { dy: tf.Tensor; y: tf.Tensor };
      const bound = bounds[(attrs as unknown as { activation: Bounded }).activation];
      return tf.tidy(() => {
        const above = tf.mul(dy, tf.step(y));
        return Number.isFinite(bound) ? tf.mul(above, tf.cast(tf.less(y, bound), "float32")) : above;
      });
    },
};

export const boundedGradients: readonly tf.GradConfig[] = (
  [
    [tf.Relu, "relu"],
    [tf.Relu6, "relu6"],
  ] as const
).map(([kernelName, activation]) => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({ x: () => boundedGradient(dy as tf.Tensor, saved[0] as tf.Tensor, activation) }),
}));
