import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";
import { adamKernels } from "./adam.ts";
import { batchNormGradient, batchNormKernels } from "./batchNorm.ts";
import { fixedBatchNormGradient } from "./batchNormInference.ts";
import { boundedGradients, boundedKernels } from "./bounded.ts";
import { convolutionGradients } from "./convolution.ts";
import { addMethods } from "./methods.ts";
import { stepwiseGradients } from "./stepwise.ts";

/** Kernels that training calls, for backends that bring none of their own. */
export const trainingKernels: Repairs = { ...batchNormKernels, ...boundedKernels, ...adamKernels };

const gradients: readonly tf.GradConfig[] = [
  batchNormGradient,
  fixedBatchNormGradient,
  ...boundedGradients,
  ...convolutionGradients,
  ...stepwiseGradients,
];

/** Has tfjs use our gradients in place of its own, whatever the backend. */
export function registerGradients(): void {
  addMethods();
  for (const gradient of gradients) {
    if (tf.getGradient(gradient.kernelName)) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
