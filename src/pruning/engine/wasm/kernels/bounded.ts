import type * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import { type Bounded, BoundedGrad, bounds } from "../../training/bounded.ts";
import { bitsOf, type Native } from "../native.ts";
import { boundedGradient } from "../simd/bounded.ts";

/** Floats that one item goes through. */
const share = 2 ** 16;

/** The gradient of ReLU and its like in one pass. */
export function boundedGradientKernels(native: Native): Repairs {
  return {
    [BoundedGrad]:
      () =>
      ({ inputs, attrs }) => {
        const { dy, y } = inputs as { dy: tf.TensorInfo; y: tf.TensorInfo };
        const { activation } = attrs as unknown as { activation: Bounded };
        const dx = native.output(y.shape);
        const count = y.shape.reduce((a, b) => a * b, 1);
        native.run(boundedGradient, Math.ceil(count / share), {
          ...{ dy: native.addressOf(dy), y: native.addressOf(y), dx: native.addressOf(dx) },
          ...{ high: bitsOf(bounds[activation]), count, share },
        });
        return dx;
      },
  };
}
