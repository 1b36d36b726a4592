import * as tf from "@tensorflow/tfjs-core";
import type { Layer } from "../layersByPath.ts";

/** A function of every element by itself. */
interface Elementwise {
  getClassName(): string;
  apply(x: tf.Tensor): tf.Tensor;
}

/** What tfjs's Conv2D and Dense keep to themselves. */
interface LinearLayer extends Layer {
  readonly kernel: { read(): tf.Tensor };
  readonly bias: { read(): tf.Tensor } | null;
  readonly activation: Elementwise | null;
  readonly strides: [number, number];
  readonly dilationRate: [number, number];
  readonly padding: "valid" | "same";
  readonly dataFormat: "channelsLast" | "channelsFirst";
}

/** What its BatchNormalization keeps to itself. */
interface NormLayer extends Layer {
  readonly gamma: { read(): tf.Tensor } | null;
  readonly beta: { read(): tf.Tensor } | null;
  readonly movingMean: { read(): tf.Tensor };
  readonly movingVariance: { read(): tf.Tensor };
  readonly epsilon: number;
}

/** What may follow a linear layer and be computed with it. */
export interface Followers {
  readonly norm?: Layer | undefined;
  readonly activation?: Layer | undefined;
}

/**
 * A layer that sums over the channels along the last axis of its only input, with batch normalisation and an activation
 * that follow it: what one channel gives can be taken out of the sums. Dispose it.
 */
export interface Linear {
  /** How it convolves; a matrix product where it does not. */
  readonly convolution?: Convolution;
  /** Its last but one axis reads the input's channels. */
  readonly kernel: tf.Tensor;
  /** The part of the activation that TensorFlow.js computes together with the sums; else `activate` does it all. */
  readonly together: tf.fused.Activation;
  /** What it gives, activation and all. */
  call(x: tf.Tensor): tf.Tensor;
  /** Its sums, before the activation. */
  sums(x: tf.Tensor): tf.Tensor;
  /** What some channels of the input add to them. @param kernel of those channels */
  product(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor;
  activate(sums: tf.Tensor): tf.Tensor;
  dispose(): void;
}

/** A convolution's settings, in tfjs's words. */
export interface Convolution {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: "valid" | "same";
}

/** Whether a layer is one that can be taken apart; tfjs itself turns images with their channels first around. */
export function isLinear(layer: Layer): boolean {
  const className = layer.getClassName();
  return className === "Dense" || (className === "Conv2D" && (layer as LinearLayer).dataFormat !== "channelsFirst");
}

/** Whether a layer gives its sums as they are, for others to follow. */
export function givesSums(layer: Layer): boolean {
  const { activation } = layer as LinearLayer;
  return (activation?.getClassName() ?? "linear") === "linear";
}

/** Whether a layer is batch normalisation along the last axis. */
export const isNorm = (layer: Layer): boolean =>
  layer.getClassName() === "BatchNormalization" && [-1, layer.outputShape.length - 1].includes(axisOf(layer));

const axisOf = (layer: Layer): number => Number([(layer as unknown as { axis: number | number[] }).axis].flat()[0]);

/** Activations that TensorFlow.js computes together with the sums. */
const fused: readonly string[] = ["relu", "relu6", "elu", "sigmoid"];

/** @param layer for which `isLinear` holds, and `givesSums` where something follows */
export function linearOf(layer: Layer, { norm, activation }: Followers): Linear {
  const own = layer as LinearLayer;
  const { kernel, bias } = norm
    ? folded(own, norm as NormLayer)
    : { kernel: own.kernel.read(), bias: own.bias?.read() };
  const last = activation ? functionOf(activation) : own.activation;
  const name = last?.getClassName() ?? "linear";
  const together = fused.includes(name) ? (name as tf.fused.Activation) : "linear";
  const settings = layer.getClassName() === "Dense" ? undefined : settingsOf(own);
  const product = settings ? convolution(settings) : matrixProduct;
  const activate = (sums: tf.Tensor) => (last && name !== "linear" ? last.apply(sums) : sums);
  return {
    ...(settings && { convolution: settings }),
    kernel,
    together,
    call: (x) =>
      tf.tidy(() => {
        const y = product(x, kernel, bias, together);
        return together === "linear" ? activate(y) : y;
      }),
    sums: (x) => tf.tidy(() => product(x, kernel, bias, "linear")),
    product: (x, some) => tf.tidy(() => product(x, some, undefined, "linear")),
    activate,
    dispose() {
      if (norm) tf.dispose([kernel, bias ?? []].flat());
    },
  };
}

/** The function of a layer of class Activation, or ReLU without a bound. */
function functionOf(layer: Layer): Elementwise {
  const own = layer as unknown as { activation?: Elementwise };
  return own.activation ?? { getClassName: () => "relu", apply: (x) => tf.relu(x) };
}

/** A kernel and a bias that give what batch normalisation makes of the sums. */
function folded(layer: LinearLayer, norm: NormLayer): { kernel: tf.Tensor; bias: tf.Tensor } {
  const [kernel, bias] = tf.tidy(() => {
    const scale = tf.mul(tf.rsqrt(tf.add(norm.movingVariance.read(), norm.epsilon)), norm.gamma?.read() ?? 1);
    const centred = tf.sub(layer.bias?.read() ?? 0, norm.movingMean.read());
    return [tf.mul(layer.kernel.read(), scale), tf.add(tf.mul(centred, scale), norm.beta?.read() ?? 0)] as const;
  });
  return { kernel, bias };
}

type Product = (
  x: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  activation: tf.fused.Activation,
) => tf.Tensor;

const matrixProduct: Product = (x, kernel, bias, activation) => {
  const [inputs = 1, units = 1] = kernel.shape;
  const a = tf.reshape(x, [-1, inputs]) as tf.Tensor2D;
  const sums = tf.fused.matMul({ a, b: kernel as tf.Tensor2D, ...(bias && { bias }), activation });
  return tf.reshape(sums, [...x.shape.slice(0, -1), units]);
};

const settingsOf = ({ strides, dilationRate: dilations, padding: pad }: LinearLayer): Convolution => ({
  strides,
  dilations,
  pad,
});

const convolution =
  (settings: Convolution): Product =>
  (x, kernel, bias, activation) =>
    tf.fused.conv2d({
      x: x as tf.Tensor4D,
      filter: kernel as tf.Tensor4D,
      ...settings,
      ...(bias && { bias }),
      activation,
    });
