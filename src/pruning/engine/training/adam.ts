import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";

// Adam (Kingma & Ba 2015) as one operation: made of tfjs's own, it goes through the weights a dozen times.

/** Inputs weights, gradient, mean, square and perhaps mask; outputs the new weights, mean and square. */
export const AdamStep = "AdamStep";

export interface AdamInputs {
  readonly weights: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly square: tf.Tensor;
  /** 0 where the weight is held at zero, 1 elsewhere. */
  readonly mask?: tf.Tensor | undefined;
}

export interface AdamAttributes {
  readonly learningRate: number;
  /** What corrects both averages for having begun at zero, in the size of the step. */
  readonly correction: number;
  /** Weight decay that joins the gradient: Adam's. */
  readonly decay: number;
  /** What weights are multiplied by beside: 1 − learning rate × weight decay in AdamW, else 1. */
  readonly keep: number;
}

export const beta1 = 0.9;
export const beta2 = 0.999;
export const epsilon = 1e-7;

export function adamStep(
  inputs: AdamInputs,
  attributes: AdamAttributes,
): Record<"weights" | "mean" | "square", tf.Tensor> {
  const { mask, ...others } = inputs;
  const given = { ...others, ...(mask && { mask }) };
  const outputs = tf.engine().runKernel(AdamStep, given as never, attributes as never) as unknown as tf.Tensor[];
  const [weights, mean, square] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { weights, mean, square };
}

/** That kernel from operations that every backend has. */
export const adamKernels: Repairs = {
  [AdamStep]: () => (args) => {
    const { weights, gradient, mean, square, mask } = args.inputs as unknown as AdamInputs;
    const { learningRate, correction, decay, keep } = args.attrs as unknown as AdamAttributes;
    return tf.tidy(() => {
      const decayed = decay > 0 ? tf.add(gradient, tf.mul(weights, decay)) : gradient;
      const slope = mask ? tf.mul(decayed, mask) : decayed;
      const newMean = tf.add(tf.mul(mean, beta1), tf.mul(slope, 1 - beta1));
      const newSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(slope), 1 - beta2));
      const change = tf.div(tf.mul(newMean, correction), tf.add(tf.sqrt(newSquare), epsilon));
      const moved = tf.sub(keep === 1 ? weights : tf.mul(weights, keep), tf.mul(change, learningRate));
      return [mask ? tf.mul(moved, mask) : moved, newMean, newSquare];
    });
  },
};
