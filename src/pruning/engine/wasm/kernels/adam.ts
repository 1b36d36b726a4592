import type * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import { type AdamAttributes, type AdamInputs, AdamStep, beta1, beta2, epsilon } from "../../training/adam.ts";
import { bitsOf, type Native } from "../native.ts";
import { adamStep } from "../simd/adam.ts";

/** Floats that one item goes through. */
const share = 2 ** 14;

/** Adam's step in one pass over the weights, on all threads. */
export function adamKernels(native: Native): Repairs {
  return {
    [AdamStep]:
      () =>
      ({ inputs, attrs }) => {
        const { weights, gradient, mean, square, mask } = inputs as unknown as AdamInputs;
        const { learningRate, correction, decay, keep } = attrs as unknown as AdamAttributes;
        const outputs = [weights, mean, square].map(({ shape }) => native.output(shape));
        const [newWeights, newMean, newSquare] = outputs.map((output) => native.addressOf(output)) as [
          number,
          number,
          number,
        ];
        const constants = {
          ...{ beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, epsilon },
          ...{ correction, rate: learningRate, decay, keep },
        };
        const bits = Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, bitsOf(value)]));
        native.run(adamStep, Math.ceil(weights.size / share), {
          ...{ weights: native.addressOf(weights), gradient: native.addressOf(gradient) },
          ...{ mean: native.addressOf(mean), square: native.addressOf(square) },
          ...{ mask: mask ? native.addressOf(mask) : 0, newWeights, newMean, newSquare },
          ...(bits as Record<keyof typeof constants, number>),
          ...{ count: weights.size, share },
        });
        return outputs as tf.TensorInfo[];
      },
  };
}
