import * as tf from "@tensorflow/tfjs-core";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import type { Try } from "./plan.ts";

// Several channels are tried at once: the rows of a tensor that was computed again are those of the first, then those of
// the second … A row may be several entries along the first axis, such as the steps of a sequence.

/** How many rows some tries have together. */
export const countRows = (tries: readonly Try[]): number => tries.reduce((sum, { rows }) => sum + rows.length, 0);

export const joined = (parts: readonly tf.Tensor[]): tf.Tensor =>
  parts.length === 1 ? (parts[0] as tf.Tensor) : tf.concat([...parts], 0);

/** Some rows of a tensor that has all of a batch. @param of how many there are */
export function rowsOf(tensor: tf.Tensor, rows: readonly number[], of: number): tf.Tensor {
  if (rows.length === of) return tensor;
  const size = (tensor.shape[0] as number) / of;
  const begins = rows.filter((row, i) => i === 0 || row !== (rows[i - 1] as number) + 1);
  const ends = rows.filter((row, i) => row + 1 !== rows[i + 1]);
  return joined(begins.map((begin, i) => tf.slice(tensor, [begin * size], [((ends[i] as number) + 1 - begin) * size])));
}

/** The entries along a tensor's first axis that are some rows of a batch. @param of how many rows there are */
export function entriesOf(rows: readonly number[], { shape }: tf.Tensor, of: number): readonly number[] {
  const size = (shape[0] as number) / of;
  return size === 1 ? rows : rows.flatMap((row) => [...Array(size).keys()].map((entry) => row * size + entry));
}

/** What has not changed, for each of some tries. @param of how many rows the batch has */
export const repeated = (tensor: tf.Tensor, tries: readonly Try[], of: number): tf.Tensor =>
  joined(tries.map(({ rows }) => rowsOf(tensor, rows, of)));

/** What belongs to one of some tries. */
export function partOf(tensor: tf.Tensor, tries: readonly Try[], index: number): tf.Tensor {
  if (tries.length === 1) return tensor;
  const size = (tensor.shape[0] as number) / countRows(tries);
  const before = countRows(tries.slice(0, index));
  return tf.slice(tensor, [before * size], [(tries[index] as Try).rows.length * size]);
}

/** An input with the channel that is tried at zero along the last axis. */
export function masked(x: tf.Tensor, axis: ChannelIds, tries: readonly Try[]): tf.Tensor {
  const kept = tries.flatMap(({ channel, rows }) => {
    const own = Float32Array.from(axis, (each) => Number(each !== channel));
    return rows.map(() => own);
  });
  const flat = new Float32Array(kept.length * axis.length);
  for (const [row, own] of kept.entries()) flat.set(own, row * axis.length);
  return tf.tidy(() => {
    const apart = tf.reshape(x, [kept.length, -1, axis.length]);
    return tf.reshape(tf.mul(apart, tf.tensor(flat, [kept.length, 1, axis.length])), x.shape);
  });
}
