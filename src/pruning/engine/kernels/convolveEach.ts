import type * as tf from "@tensorflow/tfjs-core";

/**
 * A kernel of our own, which backends may have: convolutions of images that are picked out of some, each by a filter of
 * its own and onto sums of its own, in one tensor. Nothing is copied before.
 */
export const ConvolveEach = "ConvolveEach";

/** Output channels that lie beside each other in packed filters. */
export const filterBlock = 8;

/** `of` images an entry, as many entries as filters; each image has its sums, whatever the entry. */
export interface ConvolveEachInputs {
  /** Of the size of [entries, of, ...imageShape], in this order. */
  readonly x: tf.TensorInfo;
  /**
   * Of the size of [entries, blocks, filterHeight, filterWidth, channels, 8], in this order: output channels in blocks of
   * eight, the last of which is filled up.
   */
  readonly filters: tf.TensorInfo;
  /** Of the size of [of, outHeight, outWidth, outChannels], with `of` first in its shape. */
  readonly sums: tf.TensorInfo;
}

export interface ConvolveEachAttributes {
  /** Some rows of entries: the result has one image for each, in this order. */
  readonly picks: readonly { readonly entry: number; readonly rows: readonly number[] }[];
  /** [height, width, channels] */
  readonly imageShape: readonly number[];
  /** [filterHeight, filterWidth, channels, outChannels] */
  readonly filterShape: readonly number[];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: "valid" | "same";
  readonly activation: tf.fused.Activation;
}
