import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../../repairs.ts";
import type { Native } from "../native.ts";
import { size } from "../simd/loops.ts";
import { explicitPadding } from "../xnnpack.ts";
import { convolve, type Finish, type Target, type Weights } from "./convolve.ts";
import { type Attributes, type Geometry, geometryOf, outputShape } from "./geometry.ts";

interface Inputs {
  readonly x: tf.Tensor;
  readonly filter: tf.Tensor;
  readonly bias?: tf.Tensor | null;
  readonly preluActivationWeights?: tf.Tensor;
}

interface FusedAttributes extends Attributes {
  readonly activation?: tf.fused.Activation;
  readonly leakyreluAlpha?: number;
}

/** Activations that are no more than bounds. */
export const bounds: Readonly<Partial<Record<tf.fused.Activation, Finish>>> = {
  linear: {},
  relu: { low: 0 },
  relu6: { low: 0, high: 6 },
};

/**
 * Output positions below which XNNPACK is as fast: it keeps the packed weights of a filter, which we pack each time.
 * Models in use convolve one image at a time, with weights that stay.
 */
const fewPositions = 1024;

/** Convolutions of NHWC tensors, plain and fused with a bias and an activation. */
export function convolutionKernels(native: Native): Repairs {
  const conv2d = ({ x, filter }: Inputs, geometry: Geometry, finish: Finish = {}): tf.TensorInfo => {
    const y = native.output(outputShape(geometry));
    const weights = asStored(native.addressOf(filter), geometry);
    convolve(native, native.addressOf(x), weights, geometry, wholeOf(native.addressOf(y), geometry), finish);
    return y;
  };

  const fused = (inputs: Inputs, attributes: FusedAttributes, geometry: Geometry): tf.TensorInfo => {
    const { bias, preluActivationWeights } = inputs;
    const { activation = "linear", leakyreluAlpha } = attributes;
    const isVector = bias ? hasOneForEachChannel(bias, geometry) : false;
    const finish = { bias: bias && isVector ? native.addressOf(bias) : undefined };
    const bound = bounds[activation];
    if (bound && (!bias || isVector)) return conv2d(inputs, geometry, { ...finish, ...bound });
    return tf.tidy(() => {
      const y = tf.engine().makeTensorFromTensorInfo(conv2d(inputs, geometry, finish));
      const sum = bias && !isVector ? tf.add(y, bias) : y;
      return tf.backend_util.applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha);
    });
  };

  const ourOwn =
    (compute: (inputs: Inputs, attributes: FusedAttributes, geometry: Geometry) => tf.TensorInfo): Repair =>
    (stock) => {
      const xnnpack = explicitPadding(false)(stock);
      return (args) => {
        const [inputs, attributes] = [args.inputs as unknown as Inputs, args.attrs as unknown as FusedAttributes];
        const geometry = geometryOf(inputs.x.shape, inputs.filter.shape, attributes);
        const few = geometry.images * geometry.outHeight * geometry.outWidth < fewPositions;
        const simple = !inputs.bias || hasOneForEachChannel(inputs.bias, geometry);
        return few && simple ? xnnpack(args) : compute(inputs, attributes, geometry);
      };
    };

  return {
    [tf.Conv2D]: ourOwn((inputs, _, geometry) => conv2d(inputs, geometry)),
    [tf.FusedConv2D]: ourOwn(fused),
    [tf.DepthwiseConv2dNative]: explicitPadding(true),
    [tf.FusedDepthwiseConv2D]: explicitPadding(true),
  };
}

/** Any other bias is broadcast: one number for all channels, or one for each place. */
function hasOneForEachChannel(bias: tf.Tensor, { outChannels }: Geometry): boolean {
  return bias.rank === 1 && bias.size === outChannels;
}

/** A filter, [filterHeight, filterWidth, channels, outChannels], used as it is stored. */
export function asStored(weights: number, { filterWidth, channels, outChannels }: Geometry): Weights {
  const inputStride = size * outChannels;
  const columnStride = inputStride * channels;
  return { weights, rowStride: columnStride * filterWidth, columnStride, inputStride, outputStride: size };
}

/** An output tensor, filled in order. */
export function wholeOf(y: number, { outHeight, outWidth, outChannels }: Geometry): Target {
  const columnStride = size * outChannels;
  return { y, imageStride: columnStride * outWidth * outHeight, rowStride: columnStride * outWidth, columnStride };
}
