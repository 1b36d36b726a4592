/**
 * Weights seen by what they belong to: element i of `values` belongs to filter (channel) `filterOf(i)`, of `count`, or
 * to none of them where that is −1.
 */
export interface KernelView {
  readonly values: Float32Array;
  readonly count: number;
  filterOf(index: number): number;
}

/** A layer's kernels that have a part in the same channels, all of one `count`: recurrent layers have two. */
export type Member = readonly KernelView[];

/** How much goes through channels, one number per channel; NaN where nothing was measured. */
export interface Activity {
  /** Mean of |a| over examples and positions, in the units of the activation. */
  readonly magnitude: Float64Array;
  /** Share of a that is exactly zero, 0 to 1. */
  readonly zeros: Float64Array;
}

/** What each channel adds to numbers that a layer computes before bias and activation, sampled (ThiNet's x̂). */
export interface Contributions {
  /** How many numbers were sampled. */
  readonly rows: number;
  /** One per channel: 1 for those that the layer reads. */
  readonly read: Uint8Array;
  /** `count × rows`, row-major: what a channel adds to each; zeros for one that the layer does not read. */
  readonly values: Float32Array;
  /** Sum of the squares of the sampled numbers, which other groups' channels may have a part in. */
  readonly energy: number;
}

/** How a model answered labelled images. */
export interface Answers {
  /** 0 to 1. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
}

/** How a model answers without each of some channels, one at a time. */
export interface Removals {
  /** How many images were asked. */
  readonly images: number;
  /** With all channels. */
  readonly before: Answers;
  /** Without the channel of that index; nothing where it was not tried. */
  readonly after: readonly (Answers | undefined)[];
}

/** All that a criterion may judge the channels of one group, or the filters of one layer, by. */
export interface Evidence {
  /** The layers that make the channels, or others that hold weights for them. */
  readonly weights: readonly Member[];
  /** The scale γ of each batch normalisation that follows them. */
  readonly scales: readonly KernelView[];
  readonly activity: Activity;
  /** Per batch of images, how the loss grows with each channel: ∂L/∂z for a factor z = 1 on all that it carries. */
  readonly gates: readonly Float64Array[];
  /** Of each layer that reads the channels. */
  readonly contributions: readonly Contributions[];
  readonly removals: Removals;
  /** One uniform random number per channel, 0 to 1. */
  readonly draws: Float64Array;
}

export type EvidenceKind = keyof Evidence;

/** What it takes to gather evidence, beside the model: nothing, images to run it on, or images with labels. */
export type Needs = "nothing" | "images" | "labels";

export const evidenceNeeds: Readonly<Record<EvidenceKind, Needs>> = {
  weights: "nothing",
  scales: "nothing",
  draws: "nothing",
  activity: "images",
  contributions: "images",
  gates: "labels",
  removals: "labels",
};
