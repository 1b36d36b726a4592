import * as tf from "@tensorflow/tfjs-core";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import type { Layer } from "./layersByPath.ts";
import type { Reading } from "./plan.ts";

/** What tfjs's Conv2D and Dense keep to themselves. */
interface LinearLayer extends Layer {
  readonly kernel: { read(): tf.Tensor };
  readonly bias: { read(): tf.Tensor } | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor } | null;
  readonly strides: [number, number];
  readonly dilationRate: [number, number];
  readonly padding: "valid" | "same";
  readonly dataFormat: "channelsLast" | "channelsFirst";
}

/**
 * A layer that sums over the channels it reads, along the last axis of its only input: what one channel gives can be
 * taken out of the sum.
 */
export interface LinearReader {
  /** The channel at each index of the input's last axis. */
  readonly channels: ChannelIds;
  /** Its sums, before the activation. */
  sums(x: tf.Tensor): tf.Tensor;
  /** What some indices of the input's last axis add to them. */
  contribution(x: tf.Tensor, indices: readonly number[]): tf.Tensor;
  activate(sums: tf.Tensor): tf.Tensor;
}

/** A layer as a linear reader; nothing where it is none. */
export function linearReader(layer: Layer, readings: readonly Reading[]): LinearReader | undefined {
  const linear = layer as LinearLayer;
  const className = layer.getClassName();
  const [reading] = readings;
  if (readings.length !== 1 || !reading) return undefined;
  const product = className === "Dense" ? matrixProduct : className === "Conv2D" ? convolution(linear) : undefined;
  if (!product) return undefined;
  return {
    channels: reading.channels,
    sums: (x) =>
      tf.tidy(() => {
        const sums = product(x, linear.kernel.read());
        return linear.bias ? tf.add(sums, linear.bias.read()) : sums;
      }),
    contribution: (x, indices) =>
      tf.tidy(() => product(indicesOf(x, indices, x.rank - 1), indicesOf(linear.kernel.read(), indices, reading.axis))),
    activate: (sums) => linear.activation?.apply(sums) ?? sums,
  };
}

type Product = (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor;

const matrixProduct: Product = (x, kernel) => {
  const [inputs = 1, units = 1] = kernel.shape;
  const sums = tf.matMul(tf.reshape(x, [-1, inputs]), kernel as tf.Tensor2D);
  return tf.reshape(sums, [...x.shape.slice(0, -1), units]);
};

/** tfjs itself turns images with their channels first around; those are left to it. */
function convolution({ strides, padding, dilationRate, dataFormat }: LinearLayer): Product | undefined {
  if (dataFormat === "channelsFirst") return undefined;
  return (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, strides, padding, "NHWC", dilationRate);
}

/** Some indices along an axis; one alone is sliced, which copies less. */
function indicesOf(tensor: tf.Tensor, indices: readonly number[], axis: number): tf.Tensor {
  const [first = 0] = indices;
  const isRun = indices.every((index, i) => index === first + i);
  if (!isRun) return tf.gather(tensor, tf.tensor1d([...indices], "int32"), axis);
  const begin = tensor.shape.map((_, i) => (i === axis ? first : 0));
  return tf.slice(
    tensor,
    begin,
    tensor.shape.map((length, i) => (i === axis ? indices.length : length)),
  );
}

/** Where a channel stands among others: an index for each time it does. */
export const indicesAt = (channels: ChannelIds, channel: number): number[] =>
  [...channels].flatMap((each, index) => (each === channel ? [index] : []));

/** Calls a layer of any kind with the slices of its weights that read a channel at zero. */
export function withoutReading<T>(layer: Layer, readings: readonly Reading[], channel: number, call: () => T): T {
  const variables = readings.map(({ weight }) => layer.weights[weight]?.read() as tf.Variable);
  const before = variables.map((variable) => tf.keep(variable.clone()));
  try {
    tf.tidy(() => {
      for (const [i, { axis, channels }] of readings.entries()) {
        const variable = variables[i] as tf.Variable;
        const shape = variable.shape.map((length, at) => (at === axis ? length : 1));
        const kept = Float32Array.from(channels, (each) => Number(each !== channel));
        variable.assign(tf.mul(variable, tf.tensor(kept, shape)));
      }
    });
    return call();
  } finally {
    for (const [i, variable] of variables.entries()) variable.assign(before[i] as tf.Tensor);
    tf.dispose(before);
  }
}
