import * as tf from "@tensorflow/tfjs-core";
import type { Native } from "../native.ts";
import { size } from "../simd/loops.ts";
import { gradientOfFilter } from "./convolutionGradients.ts";
import { convolve } from "./convolve.ts";
import type { Geometry } from "./geometry.ts";

// A product of matrices is a convolution of images of one pixel, and a product with the left one transposed the
// gradient of its filter: both read a transposed matrix as it lies.

/** `a · bᵀ` of matrices [rows, inner] and [columns, inner], perhaps with leading ones. */
export function timesTransposed(native: Native, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const [rows, inner, columns] = [at(a, -2), at(a, -1), at(b, -2)];
  const y = native.output(productShape(a, b, rows, columns));
  const weights = {
    ...{ weights: native.addressOf(b), rowStride: 0, columnStride: 0 },
    ...{ inputStride: size, outputStride: size * inner },
  };
  const target = { y: native.addressOf(y), imageStride: size * columns, rowStride: 0, columnStride: 0 };
  convolve(native, native.addressOf(a), weights, pixels(rows, inner, columns), target);
  return y;
}

/** `aᵀ · b` of matrices [inner, rows] and [inner, columns], perhaps with leading ones. */
export function transposedTimes(native: Native, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const [inner, rows, columns] = [at(a, -2), at(a, -1), at(b, -1)];
  const shape = productShape(a, b, rows, columns);
  const geometry = pixels(inner, rows, columns);
  return gradientOfFilter(native, native.addressOf(a), native.addressOf(b), shape, geometry);
}

function at({ shape }: tf.TensorInfo, axis: number): number {
  return shape.at(axis) as number;
}

function productShape(a: tf.TensorInfo, b: tf.TensorInfo, rows: number, columns: number): number[] {
  const leading = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...leading, rows, columns];
}

/** Images of one pixel, convolved with a filter of one tap. */
function pixels(images: number, channels: number, outChannels: number): Geometry {
  return {
    ...{ images, height: 1, width: 1, channels, outHeight: 1, outWidth: 1, outChannels },
    ...{ filterHeight: 1, filterWidth: 1, strideHeight: 1, strideWidth: 1 },
    ...{ dilationHeight: 1, dilationWidth: 1, top: 0, left: 0 },
  };
}
