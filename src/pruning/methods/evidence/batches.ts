import { setImmediate } from "node:timers/promises";
import type { Split } from "../../data/dataset.ts";
import { batchesOf, type Feed, feedBatch } from "../../data/feed.ts";
import { drawSample } from "../../data/sample.ts";
import type { InputBatch } from "../../engine/probing/contract.ts";
import { SecateurError, throwIfCancelled } from "../../errors.ts";
import type { Experiment } from "./laboratory.ts";

/** Images per forward pass, where the model does not fix them itself. */
export const usualBatch = 32;

/** Some images as the model takes them. */
export interface Batch extends InputBatch {
  /** Their places in the split. */
  readonly examples: Uint32Array;
}

/**
 * Draws images from a split, no two alike until all have been, and calls `use` on batch after batch of them. All are
 * full: where images run out, the first ones come again.
 * @param doing what is going on, for progress
 * @throws SecateurError `cancelled` between batches; what `use` throws
 */
export async function forEachBatch(
  feed: Feed,
  { images, seed, signal, progress }: Experiment,
  doing: string,
  use: (batch: Batch) => Promise<void>,
): Promise<void> {
  const drawn = drawSample(feed.split.count, images, seed);
  const size = feed.fit.batchSize ?? Math.min(usualBatch, drawn.length);
  const batches = batchesOf(drawn, size, true);
  for (const [index, { some }] of batches.entries()) {
    // Let messages in between, such as a cancellation.
    await setImmediate();
    throwIfCancelled(signal);
    await use({ ...feedBatch(feed, some), examples: some });
    progress((index + 1) / batches.length, `${doing}, batch ${index + 1} of ${batches.length}`);
  }
}

/**
 * The class indices of some images.
 * @throws SecateurError `bad-data` where the data has none
 */
export function labelsOf({ labels }: Split, examples: Uint32Array): number[] {
  if (labels) return Array.from(examples, (example) => labels[example] as number);
  throw new SecateurError(
    "bad-data",
    "The images have no labels, which this criterion needs; choose labelled data, or another criterion.",
  );
}
