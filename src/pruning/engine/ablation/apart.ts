import * as tf from "@tensorflow/tfjs-core";
import type { ChannelIds } from "../../graph/channels/channels.ts";

/** Where channels stand along an axis: all of them as often as the one that stands there most. */
export interface Places {
  /** Which comes where, by channel. */
  readonly rank: ReadonlyMap<number, number>;
  readonly times: number;
  /** Indices along the axis, `times` for each channel; one behind its end where a channel stands there less often. */
  readonly indices: readonly number[];
}

export function placesOf(axis: ChannelIds): Places {
  const places = new Map<number, number[]>();
  for (const [index, channel] of axis.entries()) {
    const own = places.get(channel);
    if (own) own.push(index);
    else places.set(channel, [index]);
  }
  const times = Math.max(...[...places.values()].map(({ length }) => length));
  return {
    rank: new Map([...places.keys()].map((channel, rank) => [channel, rank])),
    times,
    indices: [...places.values()].flatMap((own) => Array.from({ length: times }, (_, i) => own[i] ?? axis.length)),
  };
}

/**
 * A tensor with what belongs to each channel in one run, so that a channel is taken out of it without a search.
 * @param axis that counts channels
 * @returns of shape [channels, all before the axis, times, all behind it]; zeros where a channel stands less often
 */
export function apart(tensor: tf.Tensor, axis: number, { rank, times, indices }: Places): tf.Tensor {
  return tf.tidy(() => {
    const { shape } = tensor;
    const length = shape[axis] as number;
    const behind = shape.slice(axis + 1).reduce((product, each) => product * each, 1);
    // Channels that take turns, as behind a layer that flattens images: nothing has to be looked up one by one.
    if (indices.every((index, i) => index === (i % times) * rank.size + Math.floor(i / times))) {
      return tf.transpose(tf.reshape(tensor, [-1, times, rank.size, behind]), [2, 0, 1, 3]);
    }
    const inOrder = indices.every((index, i) => index === i);
    const filled = indices.includes(length)
      ? tf.pad(
          tensor,
          shape.map((_, i): [number, number] => [0, Number(i === axis)]),
        )
      : tensor;
    const sorted = inOrder ? filled : tf.gather(filled, tf.tensor1d([...indices], "int32"), axis);
    const split = tf.reshape(sorted, [-1, rank.size, times, behind]);
    return tf.transpose(split, [1, 0, 2, 3]);
  });
}
