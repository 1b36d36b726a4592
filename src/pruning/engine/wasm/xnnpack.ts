import * as tf from "@tensorflow/tfjs-core";
import type { Repair } from "../repairs.ts";
import type { Attributes } from "./kernels/geometry.ts";

/**
 * XNNPACK counts the padding of `same` without sign. Where a stride steps over more than the kernel covers, the
 * last step may need none and leave some input over: the count wraps round and the output is all zeros. The same
 * padding in explicit numbers goes another way and is right.
 */
export const explicitPadding =
  (depthwise: boolean): Repair =>
  (stock) =>
  (args) => {
    const { x, filter } = args.inputs as { x: tf.Tensor4D; filter: tf.Tensor4D };
    const attributes = args.attrs as unknown as Attributes;
    const { strides, dilations, pad, dataFormat, dimRoundingMode } = attributes;
    if (pad !== "same" || dataFormat === "NCHW") return stock(args);
    const { computeConv2DInfo } = tf.backend_util;
    const info = computeConv2DInfo(x.shape, filter.shape, strides, dilations ?? 1, pad, dimRoundingMode, depthwise);
    const leftOver = (input: number, output: number, stride: number, kernel: number) =>
      (output - 1) * stride + kernel < input;
    const wraps =
      leftOver(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight) ||
      leftOver(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth);
    if (!wraps) return stock(args);
    const { top, bottom, left, right } = info.padInfo;
    const explicit: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return stock({ ...args, attrs: { ...args.attrs, pad: explicit } });
  };
