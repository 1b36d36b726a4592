import type { ImageSize, Labels, Scaling, Split } from "../data/dataset.ts";
import { arrange, type Fit } from "../data/fit.ts";
import { scaleBatch } from "../data/scaling.ts";
import { sameKind } from "../data/split.ts";
import { type Augmentation, augment } from "./augment.ts";
import { randomAt, shuffled } from "./order.ts";

/** Images ready to be cut into batches. */
export interface TrainingData extends ImageSize {
  readonly split: Split;
  readonly fit: Fit;
  readonly scaling: Scaling;
}

export interface Batch {
  /** Row-major, of `shape`, batch first. */
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** Of each example, where they have any. */
  readonly labels?: Labels;
}

/** Number of batches in an epoch; a last one that is not full is left out, unless it is the only one. */
export function batchesPerEpoch(count: number, batchSize: number): number {
  return Math.max(1, Math.floor(count / batchSize));
}

/**
 * Makes the batches of training steps. Each depends on seed and step alone.
 * @returns the batch of a step, counted from 0 over all epochs
 */
export function batchMaker(
  data: TrainingData,
  batchSize: number,
  augmentation: Augmentation,
  seed: number,
): (step: number) => Batch {
  const { split, fit, scaling } = data;
  const size = Math.min(batchSize, split.count);
  const perEpoch = batchesPerEpoch(split.count, batchSize);
  const bytes = split.images.length / split.count;
  let order: { epoch: number; examples: Uint32Array } = { epoch: -1, examples: new Uint32Array() };
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (order.epoch !== epoch) order = { epoch, examples: shuffled(split.count, seed, epoch) };
    const from = (step % perEpoch) * size;
    const examples = order.examples.subarray(from, from + size);
    const random = randomAt(seed, epoch, step, 1);
    const images = new Uint8Array(size * bytes);
    const labels = split.labels && sameKind(split.labels, size);
    for (const [i, example] of examples.entries()) {
      const image = split.images.subarray(example * bytes, (example + 1) * bytes);
      augment(image, images.subarray(i * bytes, (i + 1) * bytes), data, augmentation, random);
      if (labels) labels[i] = split.labels?.[example] as number;
    }
    const values = arrange(scaleBatch({ count: size, images }, 0, size, scaling, fit.channels), fit);
    return { values, shape: [size, ...fit.example], ...(labels && { labels }) };
  };
}

/**
 * Labels as distributions: `1 − smoothing` on the class, the rest spread evenly over all (Szegedy et al. 2016).
 * @param labels must be there: what learns from labels is refused before it begins where there are none
 * @returns `labels.length × classes`, row-major
 */
export function labelDistributions(labels: Labels | undefined, classes: number, smoothing: number): Float32Array {
  if (!labels) throw new Error("steps that need labels have them: the recipe has been checked");
  const rows = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (const [i, label] of labels.entries()) {
    const at = i * classes + label;
    rows[at] = (rows[at] as number) + 1 - smoothing;
  }
  return rows;
}
