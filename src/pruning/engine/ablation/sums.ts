import * as tf from "@tensorflow/tfjs-core";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import { apart, type Places, placesOf } from "./apart.ts";
import type { Linear } from "./linear.ts";

/** What a layer sums up of an input that is known, which is not disposed of before them. Dispose them. */
export interface Sums {
  /** Of the backend, in bytes. */
  readonly bytes: number;
  /** What the layer gives. */
  whole(): tf.Tensor;
  /** What the layer gives without each of some channels, one after the other along the batch. */
  without(channels: readonly number[]): tf.Tensor;
  dispose(): void;
}

/** A layer out of whose sums channels can be taken. Dispose it. */
export interface Summing {
  /** @param x its input */
  of(x: tf.Tensor): Sums;
  dispose(): void;
}

/** @param axis the channels along the last axis of the layer's input */
export function summingOf(linear: Linear, axis: ChannelIds): Summing {
  const places = placesOf(axis);
  const kernels = tf.keep(apart(linear.kernel, linear.kernel.rank - 2, places));
  return {
    of: (x) => sumsOf(linear, places, kernels, x),
    dispose: () => kernels.dispose(),
  };
}

function sumsOf(linear: Linear, places: Places, kernels: tf.Tensor, x: tf.Tensor): Sums {
  const sums = tf.keep(linear.sums(x));
  let inputs: tf.Tensor | undefined;
  const contributions = linear.isDense ? productsTogether : productsOneByOne(linear, x.shape.slice(0, -1));
  return {
    get bytes() {
      return 4 * (sums.size + (inputs?.size ?? 0));
    },
    whole: () => {
      const activated = linear.activate(sums);
      return activated === sums ? tf.clone(sums) : activated;
    },
    without: (channels) =>
      tf.tidy(() => {
        inputs ??= tf.keep(apart(x, x.rank - 1, places));
        const ranks = channels.map((channel) => places.rank.get(channel) as number);
        const left = tf.sub(tf.reshape(sums, [1, -1]), contributions(inputs, kernels, ranks));
        return linear.activate(tf.reshape(left, [-1, ...sums.shape.slice(1)]));
      }),
    dispose: () => tf.dispose([sums, ...(inputs ? [inputs] : [])]),
  };
}

/**
 * What some channels add to the sums.
 * @param inputs of shape [channels, positions, times, 1]
 * @param kernels of shape [channels, taps, times, outputs]
 * @returns of shape [ranks, all sums]
 */
type Contributions = (inputs: tf.Tensor, kernels: tf.Tensor, ranks: readonly number[]) => tf.Tensor;

/** Of a dense layer. */
const productsTogether: Contributions = (inputs, kernels, ranks) => {
  const [, rows = 1, times = 1] = inputs.shape;
  const x = tf.reshape(runsOf(inputs, ranks), [ranks.length, rows, times]);
  const kernel = tf.reshape(runsOf(kernels, ranks), [ranks.length, times, -1]);
  return tf.reshape(tf.matMul(x, kernel), [ranks.length, -1]);
};

/** Of a convolution, whose windows each channel slides over by itself. @param shape of its input, without channels */
function productsOneByOne({ product, kernel }: Linear, shape: readonly number[]): Contributions {
  return (inputs, kernels, ranks) => {
    const each = ranks.map((rank) => {
      const x = tf.reshape(runsOf(inputs, [rank]), [...shape, -1]);
      const own = tf.reshape(runsOf(kernels, [rank]), [
        ...kernel.shape.slice(0, -2),
        x.shape.at(-1) as number,
        kernel.shape.at(-1) as number,
      ]);
      return tf.reshape(product(x, own), [1, -1]);
    });
    return joined(each);
  };
}

/** Some entries along the first axis, each of which lies in one run. */
function runsOf(tensor: tf.Tensor, indices: readonly number[]): tf.Tensor {
  const rest = tensor.shape.slice(1);
  const begins = indices.map((index) => [index, ...rest.map(() => 0)]);
  return joined(begins.map((begin) => tf.slice(tensor, begin, [1, ...rest])));
}

const joined = (parts: tf.Tensor[]): tf.Tensor => (parts.length === 1 ? (parts[0] as tf.Tensor) : tf.concat(parts, 0));
