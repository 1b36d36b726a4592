import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

interface Attributes {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Info = tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo;

/**
 * Gradients of average pooling. The stock kernels divide by all of a window; forward, the mean is taken over what of
 * the window lies on the input. So dy is scaled up where a window hangs over the border.
 */
export const averagePoolRepairs: Repairs = {
  [tf.AvgPoolGrad]: overBorders((shape, { filterSize, strides, pad, dimRoundingMode }) =>
    tf.backend_util.computePool2DInfo(shape as never, filterSize as never, strides as never, 1, pad, dimRoundingMode),
  ),
  [tf.AvgPool3DGrad]: overBorders((shape, { filterSize, strides, pad, dimRoundingMode }) =>
    tf.backend_util.computePool3DInfo(shape as never, filterSize as never, strides as never, 1, pad, dimRoundingMode),
  ),
};

function overBorders(infoOf: (shape: readonly number[], attributes: Attributes) => Info): Repair {
  return (stock) => (args) => {
    const { dy, input } = args.inputs as { dy: tf.Tensor; input: tf.Tensor };
    const axes = axesOf(infoOf(input.shape, args.attrs as unknown as Attributes));
    if (axes.every(({ factors }) => factors.every((factor) => factor === 1))) return stock(args);
    return tf.tidy(() => {
      const scaled = axes.reduce((gradient, { factors }, i) => {
        const along = axes.map((_, j) => (i === j ? factors.length : 1));
        return tf.mul(gradient, tf.tensor(factors, [1, ...along, 1]));
      }, dy);
      return stock({ ...args, inputs: { ...args.inputs, dy: scaled } }) as tf.Tensor;
    });
  };
}

/** For each axis, and along it for each window: how many times larger the window is than its part on the input. */
function axesOf(info: Info): { factors: number[] }[] {
  const axis = (input: number, outputs: number, stride: number, filter: number, before: number) => ({
    factors: Array.from({ length: outputs }, (_, i) => {
      const from = i * stride - before;
      return filter / (Math.min(input, from + filter) - Math.max(0, from));
    }),
  });
  const { padInfo } = info;
  return [
    ...("inDepth" in info
      ? [axis(info.inDepth, info.outDepth, info.strideDepth, info.filterDepth, info.padInfo.front)]
      : []),
    axis(info.inHeight, info.outHeight, info.strideHeight, info.filterHeight, padInfo.top),
    axis(info.inWidth, info.outWidth, info.strideWidth, info.filterWidth, padInfo.left),
  ];
}
