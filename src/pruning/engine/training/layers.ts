import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { batchNormTraining } from "./batchNorm.ts";
import { type Bounded, isBounded } from "./bounded.ts";
import { fusedConvolution } from "./convolution.ts";

type Layer = LayersModel["layers"][number];

type Call = Layer["call"];

/** A weight of a layer. */
interface Weight {
  read(): tf.Tensor;
  write(value: tf.Tensor): void;
  readonly shape: readonly (number | null)[];
}

/** What tfjs's own classes keep to themselves. */
interface ConvolutionLayer {
  readonly kernel: Weight;
  readonly bias: Weight | null;
  readonly strides: [number, number];
  readonly dilationRate: number | [number, number];
  readonly padding: "valid" | "same";
  readonly dataFormat: "channelsLast" | "channelsFirst";
  readonly activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor } | null;
}

interface BatchNormLayer {
  readonly gamma: Weight | null;
  readonly beta: Weight | null;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
  /** Keras once wrote lists of one, which TensorFlow.js takes as they are. */
  readonly axis: number | readonly [number];
  readonly epsilon: number;
  readonly momentum: number;
}

/** By class name: how a layer computes while it is trained. */
const training: Readonly<Record<string, (layer: Layer, stock: Call) => Call>> = {
  Conv2D: (layer, stock) => callConvolution(layer as unknown as ConvolutionLayer, stock),
  BatchNormalization: (layer) => callBatchNorm(layer as unknown as BatchNormLayer),
};

/**
 * Has a layer compute so that its gradients are right and fast: convolutions with bias and activation in one
 * operation, dilated ones included; batch normalisation as one operation, with or without scale and centre, which
 * tfjs trains with both only. Other layers are left as they are.
 */
export function prepareLayer(layer: Layer): void {
  const make = training[layer.getClassName()];
  if (make) layer.call = make(layer, layer.call.bind(layer));
}

function callConvolution(layer: ConvolutionLayer, stock: Call): Call {
  const { strides, dilationRate, padding, dataFormat, activation } = layer;
  const name = activation?.getClassName() ?? "linear";
  const fused: Bounded | "linear" = isBounded(name) ? name : "linear";
  return (inputs, options) => {
    if (dataFormat === "channelsFirst") return stock(inputs, options);
    return tf.tidy(() => {
      const attributes = { strides, dilations: dilationRate, pad: padding, activation: fused };
      const y = fusedConvolution(only(inputs), layer.kernel.read(), layer.bias?.read() ?? null, attributes);
      return activation && fused === "linear" ? activation.apply(y) : y;
    });
  };
}

function callBatchNorm(layer: BatchNormLayer): Call {
  return (inputs, options) =>
    tf.tidy(() => {
      const x = only(inputs);
      const [own] = [layer.axis].flat() as [number];
      const axis = (own + x.rank) % x.rank;
      const channels = x.shape[axis] as number;
      const scale = layer.gamma?.read() ?? tf.ones([channels]);
      const offset = layer.beta?.read() ?? tf.zeros([channels]);
      if (!options.training) {
        const shape = axis === x.rank - 1 ? [channels] : x.shape.map((length, i) => (i === axis ? length : 1));
        const spread = (vector: tf.Tensor) => tf.reshape(vector, shape);
        const [mean, variance] = [spread(layer.movingMean.read()), spread(layer.movingVariance.read())];
        // Not the kernel itself: tfjs-node's takes four dimensions only, which this operation makes of fewer.
        return tf.batchNorm(x, mean, variance, spread(offset), spread(scale), layer.epsilon);
      }
      const { y, mean, variance } = batchNormTraining(x, scale, offset, { axis, epsilon: layer.epsilon });
      move(layer.movingMean, mean, layer.momentum);
      move(layer.movingVariance, variance, layer.momentum);
      return y;
    });
}

/** Moves a running average towards a new value. */
function move(average: Weight, value: tf.Tensor, momentum: number): void {
  const before = average.read();
  average.write(tf.add(before, tf.mul(tf.sub(value, before), 1 - momentum)));
}

function only(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
}
