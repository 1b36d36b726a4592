import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import type { Native } from "../native.ts";
import { maxPool, maxPoolGradient } from "../simd/pooling.ts";

type Mode = "floor" | "round" | "ceil";

interface Attributes<Sizes> {
  readonly filterSize: Sizes | number;
  readonly strides: Sizes | number;
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: Mode;
}

/** Max pooling of volumes, and its gradients: the stock kernels begin their search at the smallest positive float. */
export function maxPoolKernels(native: Native): Repairs {
  const gradient = ({ dy, input }: tf.NamedTensorInfoMap, info: Info): tf.TensorInfo => {
    const x = input as tf.TensorInfo;
    const dx = native.output(x.shape);
    const addresses = { x: native.addressOf(x), dy: native.addressOf(dy as tf.TensorInfo), dx: native.addressOf(dx) };
    native.run(maxPoolGradient, info.batchSize, { ...windowsOf(info), ...addresses });
    return dx;
  };
  return {
    [tf.MaxPool3D]:
      () =>
      ({ inputs, attrs }) => {
        const x = inputs.x as tf.TensorInfo;
        const info = volumeInfo(x, attrs);
        const y = native.output(info.outShape);
        const addresses = { x: native.addressOf(x), y: native.addressOf(y) };
        native.run(maxPool, info.batchSize, { ...windowsOf(info), ...addresses });
        return y;
      },
    [tf.MaxPoolGrad]:
      () =>
      ({ inputs, attrs }) =>
        gradient(inputs, imageInfo(inputs.input as tf.TensorInfo, attrs)),
    [tf.MaxPool3DGrad]:
      () =>
      ({ inputs, attrs }) =>
        gradient(inputs, volumeInfo(inputs.input as tf.TensorInfo, attrs)),
  };
}

type Info = tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo;

function imageInfo({ shape }: tf.TensorInfo, attributes: unknown): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as Attributes<[number, number]>;
  const images = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(images, filterSize, strides, 1, pad, dimRoundingMode);
}

function volumeInfo({ shape }: tf.TensorInfo, attributes: unknown): tf.backend_util.Conv3DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as Attributes<[number, number, number]>;
  const volumes = shape as [number, number, number, number, number];
  return tf.backend_util.computePool3DInfo(volumes, filterSize, strides, 1, pad, dimRoundingMode);
}

/** A pooling's windows, under the names that the functions of `simd` use. */
function windowsOf(info: Info) {
  const { inHeight: height, inWidth: width, inChannels: channels, outHeight, outWidth } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const deep =
    "inDepth" in info
      ? { depth: info.inDepth, outDepth: info.outDepth, filterDepth: info.filterDepth, strideDepth: info.strideDepth }
      : { depth: 1, outDepth: 1, filterDepth: 1, strideDepth: 1 };
  return {
    ...deep,
    ...{ height, width, channels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth },
    ...{ front: "inDepth" in info ? info.padInfo.front : 0, top: padInfo.top, left: padInfo.left },
  };
}
