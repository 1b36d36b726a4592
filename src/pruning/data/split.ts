import { SecateurError } from "../errors.ts";
import type { Labels, Split } from "./dataset.ts";
import { drawSample } from "./sample.ts";

/** Share of the training split that validates, where the data has no split of its own for it. */
export const validationShare = 0.1;

/** The first `n` examples, or all where there are fewer: views, nothing is copied. */
export function take(split: Split, n: number): Split {
  if (n >= split.count) return split;
  const images = split.images.subarray(0, n * bytesPerImage(split));
  return { count: n, images, ...(split.labels && { labels: split.labels.subarray(0, n) }) };
}

/** `n` examples evenly from the whole split, which may be sorted by class; a copy, or all where there are fewer. */
export function spread(split: Split, n: number): Split {
  if (n >= split.count) return split;
  const flags = new Uint8Array(split.count);
  for (let i = 0; i < n; i++) flags[Math.floor((i * split.count) / n)] = 1;
  return pick(split, flags, 1, n);
}

/**
 * Splits training data into what trains and what validates: every example is in exactly one of the two, each in its
 * original order. The same seed holds out the same examples. Both are copies (150 MB take about 0.1 s), so that
 * each is one run of bytes.
 * @param size how much to hold out: below 1 a share of the examples, otherwise their number
 * @param seed any integer
 * @throws SecateurError `bad-data` when either part would be empty
 */
export function holdOut(train: Split, size: number, seed: number): { train: Split; validation: Split } {
  const count = size < 1 ? Math.round(train.count * size) : Math.floor(size);
  if (!(count > 0 && count < train.count)) {
    throw new SecateurError(
      "bad-data",
      `Holding out ${count} of ${train.count} training examples leaves none to train or to validate with; change the size of the validation split.`,
    );
  }
  const heldOut = new Uint8Array(train.count);
  for (const example of drawSample(train.count, count, seed)) heldOut[example] = 1;
  return { train: pick(train, heldOut, 0, train.count - count), validation: pick(train, heldOut, 1, count) };
}

/** The `count` examples whose flag is `wanted`, copied run by run. */
export function pick({ images, labels, count: all }: Split, flags: Uint8Array, wanted: number, count: number): Split {
  const size = images.length / all;
  const picked = new Uint8Array(count * size);
  const pickedLabels = labels && sameKind(labels, count);
  let filled = 0;
  for (let start = flags.indexOf(wanted); start >= 0; ) {
    const other = flags.indexOf(1 - wanted, start);
    const end = other < 0 ? flags.length : other;
    picked.set(images.subarray(start * size, end * size), filled * size);
    if (labels) pickedLabels?.set(labels.subarray(start, end), filled);
    filled += end - start;
    start = flags.indexOf(wanted, end);
  }
  return { count, images: picked, ...(pickedLabels && { labels: pickedLabels }) };
}

/** Zeros that hold what the labels can hold. */
export function sameKind(labels: Labels, length: number): Labels {
  return labels instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
}

function bytesPerImage(split: Split): number {
  return split.images.length / split.count;
}
