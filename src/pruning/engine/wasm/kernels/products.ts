import * as tf from "@tensorflow/tfjs-core";
import type { Native } from "../native.ts";
import { size } from "../simd/loops.ts";
import { transposedProduct } from "../simd/products.ts";
import { convolve } from "./convolve.ts";
import type { Geometry } from "./geometry.ts";
import { sumOfShares } from "./shares.ts";

// Products that read a transposed matrix as it lies. The one with the right one transposed is a convolution of images
// of one pixel.

/** `a · bᵀ` of matrices [rows, inner] and [columns, inner], perhaps with leading ones. */
export function timesTransposed(
  native: Native,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const [rows, inner, columns] = [at(a, -2), at(a, -1), at(b, -2)];
  const y = native.output(shape);
  const weights = {
    ...{ weights: native.addressOf(b), rowStride: 0, columnStride: 0 },
    ...{ inputStride: size, outputStride: size * inner },
  };
  const target = { y: native.addressOf(y), imageStride: size * columns, rowStride: 0, columnStride: 0 };
  convolve(native, native.addressOf(a), weights, pixels(rows, inner, columns), target);
  return y;
}

/**
 * `aᵀ · b` of tensors seen as matrices: rows are as long as the last axis.
 * @param shape of the result, whose elements are those of [last axis of a, last axis of b]
 */
export function transposedTimes(
  native: Native,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const [rows, columns] = [at(a, -1), at(b, -1)];
  const inner = tf.util.sizeFromShape([...a.shape]) / rows;
  const most = Math.min(enoughItems, inner / innerOfShare, mostSums / (rows * columns));
  const innerPerItem = Math.max(1, Math.ceil(inner / Math.max(1, Math.floor(most))));
  const shares = Math.ceil(inner / innerPerItem);
  // Tiles are four rows high.
  const rowsPerItem = 4 * Math.ceil(rows / Math.ceil(enoughItems / shares) / 4);
  const rowItems = Math.ceil(rows / rowsPerItem);
  return sumOfShares(native, shape, shares, (sums) => {
    native.run(transposedProduct, shares * rowItems, {
      ...{ a: native.addressOf(a), b: native.addressOf(b), sums, inner, rows, columns },
      ...{ innerPerItem, rowsPerItem, rowItems, atOnce },
    });
  });
}

/** Items that occupy any sensible number of threads. */
const enoughItems = 16;

/** Floats of sums that all shares together should not exceed. */
const mostSums = 2 ** 23;

/** What is summed over, below which a share of its own is not worth adding up its sums. */
const innerOfShare = 1024;

/** As much of it as the cache holds for a tile. */
const atOnce = 64;

function at({ shape }: tf.TensorInfo, axis: number): number {
  return shape.at(axis) as number;
}

/** Images of one pixel, convolved with a filter of one tap. */
function pixels(images: number, channels: number, outChannels: number): Geometry {
  return {
    ...{ images, height: 1, width: 1, channels, outHeight: 1, outWidth: 1, outChannels },
    ...{ filterHeight: 1, filterWidth: 1, strideHeight: 1, strideWidth: 1 },
    ...{ dilationHeight: 1, dilationWidth: 1, top: 0, left: 0 },
  };
}
