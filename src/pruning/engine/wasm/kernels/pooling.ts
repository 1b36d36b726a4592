import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import type { Native } from "../native.ts";
import { maxPoolGradient } from "../simd/pooling.ts";

type Mode = "floor" | "round" | "ceil";

interface Attributes<Sizes> {
  readonly filterSize: Sizes | number;
  readonly strides: Sizes | number;
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: Mode;
}

/** A pooling's windows, under the names of `maxPoolGradient`. */
type Windows = Omit<
  Parameters<typeof Native.prototype.run<(typeof maxPoolGradient)["parameters"][number]>>[2],
  "x" | "y" | "dy" | "dx"
>;

/** Gradients of max pooling, which the stock kernels get wrong where no input of a window is positive. */
export function maxPoolGradientKernels(native: Native): Repairs {
  const gradient = (inputs: tf.NamedTensorInfoMap, images: number, windows: Windows): tf.TensorInfo => {
    const { dy, input, output } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo; output: tf.TensorInfo };
    const dx = native.zeros(input.shape);
    native.run(maxPoolGradient, images, {
      ...windows,
      ...{ x: native.addressOf(input), y: native.addressOf(output) },
      ...{ dy: native.addressOf(dy), dx: native.addressOf(dx) },
    });
    return dx;
  };
  return {
    [tf.MaxPoolGrad]:
      () =>
      ({ inputs, attrs }) => {
        const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Attributes<[number, number]>;
        const shape = (inputs.input as tf.TensorInfo).shape as [number, number, number, number];
        const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
        return gradient(inputs, info.batchSize, {
          ...{ depth: 1, outDepth: 1, filterDepth: 1, strideDepth: 1, front: 0 },
          ...planar(info),
        });
      },
    [tf.MaxPool3DGrad]:
      () =>
      ({ inputs, attrs }) => {
        const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Attributes<[number, number, number]>;
        const shape = (inputs.input as tf.TensorInfo).shape as [number, number, number, number, number];
        const info = tf.backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
        const { inDepth: depth, outDepth, filterDepth, strideDepth, padInfo } = info;
        return gradient(inputs, info.batchSize, {
          ...{ depth, outDepth, filterDepth, strideDepth, front: padInfo.front },
          ...planar(info),
        });
      },
  };
}

function planar(info: tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo) {
  const { inHeight: height, inWidth: width, inChannels: channels, outHeight, outWidth } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return {
    ...{ height, width, channels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth },
    ...{ top: padInfo.top, left: padInfo.left },
  };
}
