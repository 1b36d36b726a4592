import type { Scaling, Split } from "./dataset.ts";
import { arrange, type Fit } from "./fit.ts";
import { scaleBatch } from "./scaling.ts";

/** Labelled images, and how a model is fed them. */
export interface Feed {
  readonly split: Split;
  readonly fit: Fit;
  readonly scaling: Scaling;
}

/**
 * Some images as a model takes them.
 * @param examples indices into the split; one may stand more than once
 * @returns row-major, of `shape`, batch first
 */
export function feedBatch(
  { split, fit, scaling }: Feed,
  examples: ArrayLike<number>,
): { values: Float32Array; shape: number[] } {
  const bytes = split.images.length / split.count;
  const images = new Uint8Array(examples.length * bytes);
  for (let i = 0; i < examples.length; i++) {
    const example = examples[i] as number;
    images.set(split.images.subarray(example * bytes, (example + 1) * bytes), i * bytes);
  }
  const values = scaleBatch({ ...split, count: examples.length, images }, 0, examples.length, scaling, fit.channels);
  return { values: arrange(values, fit), shape: [examples.length, ...fit.example] };
}

/**
 * Examples in batches.
 * @param whole whether the last one is filled up, for models that take whole batches only
 */
export function batchesOf(examples: Uint32Array, size: number, whole: boolean): { from: number; some: Uint32Array }[] {
  return Array.from({ length: Math.ceil(examples.length / size) }, (_, i) => {
    const from = i * size;
    const length = whole ? size : Math.min(size, examples.length - from);
    return { from, some: Uint32Array.from({ length }, (_, j) => examples[(from + j) % examples.length] as number) };
  });
}
