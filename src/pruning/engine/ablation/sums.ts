import * as tf from "@tensorflow/tfjs-core";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import { apart, type Places, placesOf } from "./apart.ts";
import type { Linear } from "./linear.ts";
import type { Try } from "./plan.ts";
import { joined, rowsOf } from "./rows.ts";

/** What a layer sums up of an input that is known, which is not disposed of before them. Dispose them. */
export interface Sums {
  /** Of the backend, in bytes. */
  readonly bytes: number;
  /** What the layer gives. */
  whole(): tf.Tensor;
  /** What the layer gives without each of some channels. @param of how many rows the batch has */
  without(tries: readonly Try[], of: number): tf.Tensor;
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
  return {
    get bytes() {
      return 4 * (sums.size + (inputs?.size ?? 0));
    },
    whole: () => {
      const activated = linear.activate(sums);
      return activated === sums ? tf.clone(sums) : activated;
    },
    without: (tries, of) =>
      tf.tidy(() => {
        inputs ??= tf.keep(apart(x, x.rank - 1, places));
        const ranks = tries.map(({ channel }) => places.rank.get(channel) as number);
        const isWhole = tries.every(({ rows }) => rows.length === of);
        if (linear.isDense && isWhole) {
          const left = tf.sub(tf.reshape(sums, [1, -1]), productsTogether(inputs, kernels, ranks));
          return linear.activate(tf.reshape(left, [-1, ...sums.shape.slice(1)]));
        }
        const left = tries.map(({ rows }, i) => {
          const rank = ranks[i] as number;
          const own = tf.reshape(entryOf(inputs as tf.Tensor, rank), [...x.shape.slice(0, -1), places.times]);
          const kernel = tf.reshape(entryOf(kernels, rank), [
            ...linear.kernel.shape.slice(0, -2),
            places.times,
            linear.kernel.shape.at(-1) as number,
          ]);
          return tf.sub(rowsOf(sums, rows, of), linear.product(rowsOf(own, rows, of), kernel));
        });
        return linear.activate(joined(left));
      }),
    dispose: () => tf.dispose([sums, ...(inputs ? [inputs] : [])]),
  };
}

/**
 * What some channels add to the sums of a dense layer.
 * @param inputs of shape [channels, positions, times, 1]
 * @param kernels of shape [channels, 1, times, outputs]
 * @returns of shape [ranks, all sums]
 */
function productsTogether(inputs: tf.Tensor, kernels: tf.Tensor, ranks: readonly number[]): tf.Tensor {
  const [, positions = 1, times = 1] = inputs.shape;
  const some = (tensor: tf.Tensor) => joined(ranks.map((rank) => entryOf(tensor, rank)));
  const x = tf.reshape(some(inputs), [ranks.length, positions, times]);
  const kernel = tf.reshape(some(kernels), [ranks.length, times, -1]);
  return tf.reshape(tf.matMul(x, kernel), [ranks.length, -1]);
}

/** One entry along the first axis, which lies in one run. */
const entryOf = (tensor: tf.Tensor, index: number): tf.Tensor => tf.slice(tensor, [index], [1]);
