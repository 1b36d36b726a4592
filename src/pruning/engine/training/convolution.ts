import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";
import { gatherFilter, pair, spreadFilter, spreadShape } from "./dilation.ts";

// Gradients of convolutions that tfjs lacks: of dilated ones, and of those fused with a bias and an activation, which
// it takes apart in training, at the cost of two more passes over the output.

interface Attributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number] | null;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly activation?: tf.fused.Activation;
}

/** Inputs dy and y, the output of the activation; output dx. Attribute: the activation, `relu` or `relu6`. */
export const BoundedGrad = "BoundedGrad";

/** Activations whose gradient follows from their output alone: 1 within bounds, 0 outside. */
export const boundedActivations = { relu: Number.POSITIVE_INFINITY, relu6: 6 } as const;
export type BoundedActivation = keyof typeof boundedActivations;

/** That kernel from operations that every backend has. */
export const boundedKernels: Repairs = {
  [BoundedGrad]:
    () =>
    ({ inputs, attrs }) => {
      const { dy, y } = inputs as { dy: tf.Tensor; y: tf.Tensor };
      const { activation } = attrs as unknown as { activation: BoundedActivation };
      return tf.tidy(() => {
        const above = tf.mul(dy, tf.step(y));
        return activation === "relu" ? above : tf.mul(above, tf.cast(tf.less(y, boundedActivations.relu6), "float32"));
      });
    },
};

/** The gradient before an activation, from the one behind it and its output. */
function beforeActivation(dy: tf.Tensor, y: tf.Tensor, activation: tf.fused.Activation | undefined): tf.Tensor {
  if (activation === undefined || activation === "linear") return dy;
  return tf.engine().runKernel(BoundedGrad, { dy, y }, { activation });
}

function convolutionGradient(dy: tf.Tensor, [x, filter]: readonly tf.Tensor[], attributes: Attributes) {
  const [input, weights] = [x as tf.Tensor4D, filter as tf.Tensor4D];
  const { strides, pad, dataFormat = "NHWC", dimRoundingMode } = attributes;
  const dilations = pair(attributes.dilations);
  const attrs = { strides, pad, dataFormat, dimRoundingMode };
  return {
    x: () => {
      const inputs = { dy, filter: spreadFilter(weights, dilations) };
      return run(tf.Conv2DBackpropInput, inputs, { ...attrs, inputShape: input.shape });
    },
    filter: () => {
      const filterShape = spreadShape(weights.shape, dilations);
      return gatherFilter(run(tf.Conv2DBackpropFilter, { x: input, dy }, { ...attrs, filterShape }), dilations);
    },
  };
}

function depthwiseGradient(dy: tf.Tensor, [x, filter]: readonly tf.Tensor[], attributes: Attributes) {
  const [input, weights] = [x as tf.Tensor4D, filter as tf.Tensor4D];
  const { strides, pad, dimRoundingMode } = attributes;
  const dilations = pair(attributes.dilations);
  const attrs = { strides, pad, dimRoundingMode, dilations: [1, 1] };
  return {
    x: () => {
      const inputs = { dy, filter: spreadFilter(weights, dilations) };
      return run(tf.DepthwiseConv2dNativeBackpropInput, inputs, { ...attrs, inputShape: input.shape });
    },
    filter: () => {
      const attributes = { ...attrs, filterShape: spreadShape(weights.shape, dilations) };
      return gatherFilter(run(tf.DepthwiseConv2dNativeBackpropFilter, { x: input, dy }, attributes), dilations);
    },
  };
}

function run(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor4D {
  return tf.engine().runKernel(name, inputs, attributes as never) as tf.Tensor4D;
}

/** Gradients for tfjs to use in place of its own, or where it has none. */
export const convolutionGradients: readonly tf.GradConfig[] = [
  {
    kernelName: tf.Conv2D,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attributes) => convolutionGradient(dy as tf.Tensor, saved, attributes as never),
  },
  {
    kernelName: tf.DepthwiseConv2dNative,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attributes) => depthwiseGradient(dy as tf.Tensor, saved, attributes as never),
  },
  {
    kernelName: tf.FusedConv2D,
    inputsToSave: ["x", "filter"],
    outputsToSave: [true],
    gradFunc(dy, saved, attributes) {
      const { activation } = attributes as unknown as Attributes;
      const before = beforeActivation(dy as tf.Tensor, saved[2] as tf.Tensor, activation);
      const { x, filter } = convolutionGradient(before, saved, attributes as never);
      return { x, filter, bias: () => tf.sum(before, [0, 1, 2]) };
    },
  },
  {
    kernelName: tf.Relu,
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({ x: () => beforeActivation(dy as tf.Tensor, saved[0] as tf.Tensor, "relu") }),
  },
  {
    kernelName: tf.Relu6,
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({ x: () => beforeActivation(dy as tf.Tensor, saved[0] as tf.Tensor, "relu6") }),
  },
];

/** A convolution with a bias and one of the activations that can be fused in training. */
export function fusedConvolution(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | null,
  attributes: Required<Pick<Attributes, "strides" | "dilations" | "pad">> & {
    activation: BoundedActivation | "linear";
  },
): tf.Tensor {
  const inputs = { x, filter, ...(bias && { bias }) };
  return run(tf.FusedConv2D, inputs, { ...attributes, dataFormat: "NHWC" });
}
