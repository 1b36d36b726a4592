import * as tf from "@tensorflow/tfjs-core";
import { type Bounded, boundedGradient, isBounded } from "./bounded.ts";
import { forEachAxis, gatherFilter, spreadFilter, spreadShape } from "./dilation.ts";

// Gradients of convolutions that tfjs lacks: of dilated ones, of those fused with a bias and an activation, which it
// takes apart in training at the cost of two more passes over the output, and of transposed ones over volumes.

interface Attributes {
  readonly strides: number | number[];
  readonly dilations?: number | number[] | null;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: string;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly activation?: string;
}

/** Kernels for the gradients of one kind of convolution. */
interface Kind {
  readonly axes: number;
  readonly input: string;
  readonly filter: string;
}

const planar: Kind = { axes: 2, input: tf.Conv2DBackpropInput, filter: tf.Conv2DBackpropFilter };
const depthwise: Kind = {
  axes: 2,
  input: tf.DepthwiseConv2dNativeBackpropInput,
  filter: tf.DepthwiseConv2dNativeBackpropFilter,
};
const spatial: Kind = { axes: 3, input: tf.Conv3DBackpropInputV2, filter: tf.Conv3DBackpropFilterV2 };

function gradient(kind: Kind, dy: tf.Tensor, [x, filter]: readonly tf.Tensor[], attributes: Attributes) {
  const [input, weights] = [x as tf.Tensor, filter as tf.Tensor];
  const dilations = forEachAxis(attributes.dilations, kind.axes);
  const undilated = { dataFormat: "NHWC", ...attributes, dilations: forEachAxis(1, kind.axes) };
  return {
    x: () => {
      const spread = spreadFilter(weights, dilations);
      return run(kind.input, { dy, filter: spread }, { ...undilated, inputShape: input.shape });
    },
    filter: () => {
      const filterShape = spreadShape(weights.shape, dilations);
      return gatherFilter(run(kind.filter, { x: input, dy }, { ...undilated, filterShape }), dilations);
    },
  };
}

/** Of the fused kernel, whose output is that of the activation. */
function fusedGradient(dy: tf.Tensor, saved: readonly tf.Tensor[], attributes: Attributes) {
  const { activation = "linear" } = attributes;
  const before = isBounded(activation) ? boundedGradient(dy, saved[2] as tf.Tensor, activation) : dy;
  return { ...gradient(planar, before, saved, attributes), bias: () => tf.sum(before, [0, 1, 2]) };
}

/** Of a transposed convolution over volumes, which tfjs computes as a gradient itself. */
function transposedGradient(ddx: tf.Tensor, [dy, filter]: readonly tf.Tensor[], { strides, pad }: Attributes) {
  const [input, weights] = [dy as tf.Tensor, filter as tf.Tensor];
  const attributes = { strides, pad, dataFormat: "NDHWC", dilations: 1 };
  return {
    dy: () => run(tf.Conv3D, { x: ddx, filter: weights }, attributes),
    filter: () => run(tf.Conv3DBackpropFilterV2, { x: ddx, dy: input }, { ...attributes, filterShape: weights.shape }),
  };
}

function run(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attributes as never) as tf.Tensor;
}

/** Registers a gradient under a kernel's name. */
function config<G>(
  kernelName: string,
  inputsToSave: string[],
  gradFunc: (dy: tf.Tensor, saved: readonly tf.Tensor[], attributes: Attributes) => G & Record<string, () => tf.Tensor>,
): tf.GradConfig {
  return {
    kernelName,
    inputsToSave,
    gradFunc: (dy, saved, attributes) => gradFunc(dy as tf.Tensor, saved, attributes as unknown as Attributes),
  };
}

export const convolutionGradients: readonly tf.GradConfig[] = [
  config(tf.Conv2D, ["x", "filter"], (dy, saved, attributes) => gradient(planar, dy, saved, attributes)),
  config(tf.DepthwiseConv2dNative, ["x", "filter"], (dy, saved, attributes) =>
    gradient(depthwise, dy, saved, attributes),
  ),
  config(tf.Conv3D, ["x", "filter"], (dy, saved, attributes) => gradient(spatial, dy, saved, attributes)),
  config(tf.Conv3DBackpropInputV2, ["dy", "filter"], transposedGradient),
  { ...config(tf.FusedConv2D, ["x", "filter"], fusedGradient), outputsToSave: [true] },
];

/** A convolution with a bias and an activation that can be fused in training. */
export function fusedConvolution(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | null,
  attributes: Required<Pick<Attributes, "strides" | "dilations" | "pad">> & { readonly activation: Bounded | "linear" },
): tf.Tensor {
  return run(tf.FusedConv2D, { x, filter, ...(bias && { bias }) }, { ...attributes, dataFormat: "NHWC" });
}
