import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import type { Native } from "../native.ts";
import { depthwiseFilterGradient, depthwiseInputGradient } from "../simd/depthwise.ts";
import { type Attributes, type Geometry, geometryOf } from "./geometry.ts";
import { sumOfShares } from "./shares.ts";

type InputAttributes = Attributes & { readonly inputShape: readonly [number, number, number, number] };
type FilterAttributes = Attributes & { readonly filterShape: readonly [number, number, number, number] };

/**
 * Gradients of depthwise convolutions of NHWC tensors. Where an input channel has several output channels, it is
 * repeated for each of them first.
 */
export function depthwiseGradientKernels(native: Native): Repairs {
  const inputGradient = (dy: tf.TensorInfo, filter: tf.TensorInfo, geometry: Geometry): tf.TensorInfo => {
    const dx = native.zeros([geometry.images, geometry.height, geometry.width, geometry.channels]);
    native.run(depthwiseInputGradient, geometry.images, {
      ...geometry,
      imagesPerItem: 1,
      ...{ dy: native.addressOf(dy), filter: native.addressOf(filter), dx: native.addressOf(dx) },
    });
    return dx;
  };
  const filterGradient = (x: tf.TensorInfo, dy: tf.TensorInfo, geometry: Geometry): tf.TensorInfo => {
    const { filterHeight, filterWidth, channels, images } = geometry;
    // Independent of the number of threads, since it decides in which order numbers are added.
    const imagesPerItem = Math.ceil(images / 16);
    const shares = Math.ceil(images / imagesPerItem);
    return sumOfShares(native, [filterHeight, filterWidth, channels], shares, (sums) => {
      const addresses = { x: native.addressOf(x), dy: native.addressOf(dy), sums };
      native.run(depthwiseFilterGradient, shares, { ...geometry, ...addresses, imagesPerItem });
    });
  };
  const tensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);

  return {
    [tf.DepthwiseConv2dNativeBackpropInput]:
      () =>
      ({ inputs, attrs }) =>
        tf.tidy(() => {
          const { dy, filter } = inputs as { dy: tf.Tensor; filter: tf.Tensor4D };
          const { inputShape, ...attributes } = attrs as unknown as InputAttributes;
          const [images, height, width, channels] = inputShape;
          const multiplier = filter.shape[3];
          const repeated = [images, height, width, channels * multiplier];
          const geometry = geometryOf(repeated, repeatedFilter(filter.shape), attributes, true);
          const dx = tensor(inputGradient(dy, filter, geometry));
          return multiplier === 1 ? dx : tf.sum(tf.reshape(dx, [images, height, width, channels, multiplier]), 4);
        }),
    [tf.DepthwiseConv2dNativeBackpropFilter]:
      () =>
      ({ inputs, attrs }) =>
        tf.tidy(() => {
          const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor };
          const { filterShape, ...attributes } = attrs as unknown as FilterAttributes;
          const multiplier = filterShape[3];
          const repeated = repeatedChannels(x, multiplier);
          const geometry = geometryOf(repeated.shape, repeatedFilter(filterShape), attributes, true);
          return tf.reshape(tensor(filterGradient(repeated, dy, geometry)), [...filterShape]);
        }),
  };
}

/** As if each of the output channels of one input channel had an input channel of its own. */
function repeatedFilter([height, width, channels, multiplier]: readonly [number, number, number, number]): number[] {
  return [height, width, channels * multiplier, 1];
}

function repeatedChannels(x: tf.Tensor4D, multiplier: number): tf.Tensor {
  if (multiplier === 1) return x;
  const [images, height, width, channels] = x.shape;
  const pixels = images * height * width;
  const repeated = tf.tile(tf.reshape(x, [pixels, channels, 1]), [1, 1, multiplier]);
  return tf.reshape(repeated, [images, height, width, channels * multiplier]);
}
