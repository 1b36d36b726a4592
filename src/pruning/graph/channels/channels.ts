/**
 * Channels by number, one per index along an axis: `[4, 5, 6]` says that index 0 belongs to channel 4. Channels are
 * numbered over the whole network, in the order in which layers make them; a number may stand more than once, as
 * behind a flatten or a depthwise multiplier.
 */
export type ChannelIds = Int32Array;

/**
 * What a weight does with the channels along one of its axes: a convolution's filters `make` them, the next one's
 * inputs `read` them (multiply and sum), batch normalisation and depthwise kernels `follow` them (each its own).
 */
export type ChannelUse = "makes" | "reads" | "follows";

/** One axis of a weight that counts channels. */
export interface ChannelAxis {
  readonly channels: ChannelIds;
  readonly use: ChannelUse;
}

/** The axes of a weight, each with its channels; null where an axis counts none, such as a window's height. */
export type ChannelAxes = readonly (ChannelAxis | null)[];

/**
 * Layers whose channels are tied to each other, by residual adds, depthwise kernels, concatenations of equals …: a
 * channel is removed from all of them or from none.
 */
export interface ChannelGroup {
  /** Of the first layer that makes its channels; unique, and the same in a network and in what it shrinks to. */
  readonly name: string;
  /** Names of all layers that make its channels, in network order. */
  readonly makers: readonly string[];
  /** Names of the layers that hold weights for its channels and only follow them: batch-norm, depthwise. */
  readonly followers: readonly string[];
  /** Names of the layers whose kernels read its channels. */
  readonly readers: readonly string[];
  /** All its channels, ascending. */
  readonly channels: ChannelIds;
  /** Those that may be removed, ascending: all, or none, or some where only a part is tied to an output. */
  readonly free: ChannelIds;
  /** Why the others may not, in words: a sentence. */
  readonly locked?: string;
  /** The layers' axes, as sets of channels, that must never be emptied. Each has at least one free channel. */
  readonly widths: readonly ChannelIds[];
}

/** A number in model.json that counts channels, such as a layer's `filters`. */
export interface ChannelSetting {
  /** From the root of model.json. */
  readonly path: readonly (string | number)[];
  /** It is the length of this. */
  readonly channels: ChannelIds;
}

/** Which channels a network has, which live and die together, and what counts them. Derived from JSON: no tensors. */
export interface Channels {
  /** Channels are numbered 0 to `count − 1`. */
  readonly count: number;
  /** In network order; each channel belongs to exactly one. */
  readonly groups: readonly ChannelGroup[];
  /** By weight name (key in `Model.weights`): those with an axis that counts channels. */
  readonly weights: ReadonlyMap<string, ChannelAxes>;
  readonly settings: readonly ChannelSetting[];
}

/** Which channels are removed: one byte per channel of a network, 1 = removed. */
export type Removal = Uint8Array;
