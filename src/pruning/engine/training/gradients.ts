import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";
import { batchNormGradient, batchNormKernels } from "./batchNorm.ts";
import { boundedKernels, convolutionGradients } from "./convolution.ts";

/** Kernels that our gradients call, for backends that bring none of their own. */
export const trainingKernels: Repairs = { ...batchNormKernels, ...boundedKernels };

/** Has tfjs use our gradients, whatever the backend. */
export function registerGradients(): void {
  for (const gradient of [batchNormGradient, ...convolutionGradients]) {
    if (tf.getGradient(gradient.kernelName)) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
