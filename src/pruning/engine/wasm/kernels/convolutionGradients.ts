import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import type { Native } from "../native.ts";
import { filterGradient } from "../simd/filterGradient.ts";
import { size } from "../simd/loops.ts";
import { convolve } from "./convolve.ts";
import { type Attributes, type Geometry, geometryOf } from "./geometry.ts";
import { transposedTimes } from "./products.ts";
import { sumOfShares } from "./shares.ts";
import { filterGradientByWinograd, suitsWinograd } from "./winograd.ts";

/** Gradients of convolutions of NHWC tensors. */
export function convolutionGradientKernels(native: Native): Repairs {
  return {
    [tf.Conv2DBackpropInput]:
      () =>
      ({ inputs, attrs }) => {
        const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
        const attributes = attrs as unknown as Attributes & { readonly inputShape: readonly number[] };
        const geometry = geometryOf(attributes.inputShape, filter.shape, attributes);
        const dx = native.output(attributes.inputShape);
        inputGradient(native, native.addressOf(dy), native.addressOf(filter), native.addressOf(dx), geometry);
        return dx;
      },
    [tf.Conv2DBackpropFilter]:
      () =>
      ({ inputs, attrs }) => {
        const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
        const attributes = attrs as unknown as Attributes & { readonly filterShape: readonly number[] };
        const geometry = geometryOf(x.shape, attributes.filterShape, attributes);
        if (isProduct(geometry)) return transposedTimes(native, x, dy, attributes.filterShape);
        const addresses = { x: native.addressOf(x), dy: native.addressOf(dy) };
        if (suitsWinograd(geometry)) {
          const filter = native.output(attributes.filterShape);
          filterGradientByWinograd(native, { ...addresses, filter: native.addressOf(filter) }, geometry);
          return filter;
        }
        const work = workOf(geometry);
        return sumOfShares(native, attributes.filterShape, work.shares, (sums) => {
          native.run(filterGradient, work.shares * work.channelItems, { ...geometry, ...work, ...addresses, sums });
        });
      },
  };
}

/** Whether each output is of one pixel: then all pixels are the rows of one matrix. */
function isProduct(g: Geometry): boolean {
  const isOneTap = g.filterHeight === 1 && g.filterWidth === 1;
  return isOneTap && g.outHeight === g.height && g.outWidth === g.width && g.top === 0 && g.left === 0;
}

/**
 * The gradient of a convolution's input is itself a convolution: of dy, with the filter turned round and its channels
 * exchanged. With strides, inputs a stride apart meet the same taps, so that there is one such convolution for each
 * place within a stride, with every so many-th tap.
 */
function inputGradient(native: Native, dy: number, filter: number, dx: number, g: Geometry): void {
  const inputStride = size;
  const outputStride = size * g.outChannels;
  const columnStride = outputStride * g.channels;
  const rowStride = columnStride * g.filterWidth;
  const pixel = size * g.channels;
  for (let i = 0; i < Math.min(g.strideHeight, g.height); i++) {
    const rows = phase(i, g.height, g.filterHeight, g.strideHeight, g.dilationHeight, g.top);
    for (let j = 0; j < Math.min(g.strideWidth, g.width); j++) {
      const columns = phase(j, g.width, g.filterWidth, g.strideWidth, g.dilationWidth, g.left);
      const geometry: Geometry = {
        ...{ images: g.images, height: g.outHeight, width: g.outWidth, channels: g.outChannels },
        ...{ outHeight: rows.positions, outWidth: columns.positions, outChannels: g.channels },
        ...{ filterHeight: rows.taps, filterWidth: columns.taps, top: rows.before, left: columns.before },
        ...{ strideHeight: 1, strideWidth: 1, dilationHeight: g.dilationHeight, dilationWidth: g.dilationWidth },
      };
      const weights = {
        weights: filter + rows.lastTap * rowStride + columns.lastTap * columnStride,
        rowStride: -g.strideHeight * rowStride,
        columnStride: -g.strideWidth * columnStride,
        ...{ inputStride, outputStride },
      };
      const target = {
        y: dx + pixel * (i * g.width + j),
        imageStride: pixel * g.width * g.height,
        rowStride: pixel * g.width * g.strideHeight,
        columnStride: pixel * g.strideWidth,
      };
      convolve(native, dy, weights, geometry, target);
    }
  }
}

/**
 * Along one axis, the inputs `start`, `start + stride`, …: how many there are, which taps meet them, and how far
 * before the first one's place its window begins on dy. Strides and dilations are not both greater than 1.
 */
function phase(start: number, input: number, filter: number, stride: number, dilation: number, before: number) {
  const firstTap = (start + before) % stride;
  const taps = Math.max(0, Math.ceil((filter - firstTap) / stride));
  const positions = Math.ceil((input - start) / stride);
  if (taps === 0) return { positions, taps, lastTap: 0, before: 0 };
  return {
    positions,
    taps,
    lastTap: firstTap + stride * (taps - 1),
    before: (taps - 1) * dilation - Math.floor((start + before) / stride),
  };
}

/** Floats of sums that all shares together should not exceed. */
const mostSums = 2 ** 23;

/** Items that occupy any sensible number of threads. */
const enoughItems = 16;

/** Output positions below which a share of its own is not worth adding up its sums. */
const fewPositions = 1024;

/** Bytes of input and gradients that a band of rows should not exceed, so that all taps find them in the cache. */
const cache = 2 ** 14;

/**
 * Cuts the work into shares of the images, each with sums of its own, and where those would take too much room, of
 * the channels. Independent of the number of threads, since it decides in which order numbers are added.
 */
function workOf(g: Geometry) {
  const filterSize = g.filterHeight * g.filterWidth * g.channels * g.outChannels;
  const positions = g.images * g.outHeight * g.outWidth;
  const most = Math.max(1, Math.min(g.images, enoughItems, mostSums / filterSize, positions / fewPositions));
  const imagesPerItem = Math.max(1, Math.ceil(g.images / Math.floor(most)));
  const shares = Math.ceil(g.images / imagesPerItem);
  // Tiles are four channels high.
  const channelsPerItem = 4 * Math.ceil(g.channels / Math.ceil(enoughItems / shares) / 4);
  const rowBytes = size * (g.width * g.strideHeight * g.channels + g.outWidth * g.outChannels);
  return {
    shares,
    imagesPerItem,
    channelsPerItem,
    channelItems: Math.ceil(g.channels / channelsPerItem),
    band: Math.max(1, Math.floor(cache / rowBytes)),
  };
}
