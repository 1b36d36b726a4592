import * as tf from "@tensorflow/tfjs-core";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import { apart, type Places, placesOf } from "./apart.ts";
import type { Linear } from "./linear.ts";
import type { Try } from "./plan.ts";
import { type Shares, sharesOf } from "./shares.ts";

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
  const shares = sharesOf(linear, places);
  return { of: (x) => sumsOf(linear, places, shares, x), dispose: () => shares.dispose() };
}

function sumsOf(linear: Linear, places: Places, shares: Shares, x: tf.Tensor): Sums {
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
        const picks = tries.map(({ channel, rows }) => ({ rank: places.rank.get(channel) as number, rows }));
        return shares.without({ inputs, shape: x.shape, sums, of }, picks);
      }),
    dispose: () => tf.dispose([sums, ...(inputs ? [inputs] : [])]),
  };
}
