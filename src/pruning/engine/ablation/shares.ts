import * as tf from "@tensorflow/tfjs-core";
import { ConvolveEach, type ConvolveEachAttributes, filterBlock } from "../kernels/convolveEach.ts";
import { apart, type Places } from "./apart.ts";
import type { Convolution, Linear } from "./linear.ts";
import { entriesOf, joined, rowsOf } from "./rows.ts";

/** What a layer sums up of a batch. */
export interface Summed {
  /** Its input, taken `apart` by channels, and the shape that this had. */
  readonly inputs: tf.Tensor;
  readonly shape: readonly number[];
  readonly sums: tf.Tensor;
  /** How many rows the batch has. */
  readonly of: number;
}

/** A channel, by its rank among those of the layer, and some rows of the batch. */
export interface RankedTry {
  readonly rank: number;
  readonly rows: readonly number[];
}

/** What each channel gives to a layer's sums. Dispose it. */
export interface Shares {
  /** What the layer gives without each of some channels, on the rows of each. */
  without(summed: Summed, picks: readonly RankedTry[]): tf.Tensor;
  dispose(): void;
}

/** The way that suits layer and backend. */
export function sharesOf(linear: Linear, places: Places): Shares {
  const { kernel } = linear;
  // What is to be taken away is added.
  const kernels = tf.tidy(() => tf.keep(tf.neg(apart(kernel, kernel.rank - 2, places))));
  if (tf.getKernel(ConvolveEach, tf.getBackend())) {
    const filters = packed(kernels);
    kernels.dispose();
    return { without: (summed, picks) => allAtOnce(linear, filters, summed, picks), dispose: () => filters.dispose() };
  }
  const suitable = linear.convolution ? oneByOne : withoutInputs;
  return { without: (summed, picks) => suitable(linear, kernels, summed, picks), dispose: () => kernels.dispose() };
}

/** A dense layer is a convolution whose filter covers one place. */
const pointwise: Convolution = { strides: [1, 1], dilations: [1, 1], pad: "valid" };

/** With one kernel. @param filters `packed` */
function allAtOnce(
  { convolution, kernel, ...linear }: Linear,
  filters: tf.Tensor,
  { inputs, shape, sums, of }: Summed,
  picks: readonly RankedTry[],
): tf.Tensor {
  const times = inputs.shape[2] as number;
  const before = shape.slice(1, -1);
  const attributes: ConvolveEachAttributes = {
    ...(convolution ?? pointwise),
    imageShape: [...(convolution ? before : [before.reduce((all, each) => all * each, 1), 1]), times],
    filterShape: [...(convolution ? kernel.shape.slice(0, 2) : [1, 1]), times, kernel.shape.at(-1) as number],
    activation: linear.together,
    picks: picks.map(({ rank, rows }) => ({ entry: rank, rows: entriesOf(rows, sums, of) })),
  };
  const images = tf.engine().runKernel<tf.Tensor>(ConvolveEach, { x: inputs, filters, sums }, { ...attributes });
  const given = tf.reshape(images, [-1, ...sums.shape.slice(1)]);
  return linear.together === "linear" ? linear.activate(given) : given;
}

/** Filters of channels, [channels, places, times, outputs], in the order that `ConvolveEach` takes. */
function packed(filters: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [channels = 1, , , outputs = 1] = filters.shape;
    const missing = (filterBlock - (outputs % filterBlock)) % filterBlock;
    const filled = tf.pad(
      filters,
      filters.shape.map((_, axis): [number, number] => [0, axis === 3 ? missing : 0]),
    );
    const blocks = tf.reshape(filled, [channels, -1, (outputs + missing) / filterBlock, filterBlock]);
    return tf.keep(tf.transpose(blocks, [0, 2, 1, 3]));
  });
}

/** Dense layers: where all rows of a batch are asked for, the products of all channels are one. */
function withoutInputs(linear: Linear, kernels: tf.Tensor, summed: Summed, picks: readonly RankedTry[]): tf.Tensor {
  const { inputs, sums, of } = summed;
  if (picks.some(({ rows }) => rows.length < of)) return oneByOne(linear, kernels, summed, picks);
  const [, positions = 1, times = 1] = inputs.shape;
  const some = (tensor: tf.Tensor) => joined(picks.map(({ rank }) => entryOf(tensor, rank)));
  const x = tf.reshape(some(inputs), [picks.length, positions, times]);
  const kernel = tf.reshape(some(kernels), [picks.length, times, -1]);
  const left = tf.add(tf.reshape(sums, [1, -1]), tf.reshape(tf.matMul(x, kernel), [picks.length, -1]));
  return linear.activate(tf.reshape(left, [-1, ...sums.shape.slice(1)]));
}

function oneByOne(
  linear: Linear,
  kernels: tf.Tensor,
  { inputs, shape, sums, of }: Summed,
  picks: readonly RankedTry[],
): tf.Tensor {
  const times = inputs.shape[2] as number;
  const kernelShape = [...linear.kernel.shape.slice(0, -2), times, linear.kernel.shape.at(-1) as number];
  const left = picks.map(({ rank, rows }) => {
    const own = tf.reshape(entryOf(inputs, rank), [...shape.slice(0, -1), times]);
    const kernel = tf.reshape(entryOf(kernels, rank), kernelShape);
    return tf.add(rowsOf(sums, rows, of), linear.product(rowsOf(own, rows, of), kernel));
  });
  return linear.activate(joined(left));
}

/** One entry along the first axis, which lies in one run. */
const entryOf = (tensor: tf.Tensor, index: number): tf.Tensor => tf.slice(tensor, [index], [1]);
