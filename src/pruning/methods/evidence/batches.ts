import { setImmediate } from "node:timers/promises";
import type { Feed } from "../../data/feed.ts";
import { arrange } from "../../data/fit.ts";
import { drawSample } from "../../data/sample.ts";
import { scaleBatch } from "../../data/scaling.ts";
import type { InputBatch } from "../../engine/probing/contract.ts";
import { SecateurError, throwIfCancelled } from "../../errors.ts";
import type { Experiment } from "./laboratory.ts";

/** Images per forward pass, where the model does not fix them itself. */
const usualBatch = 32;

/** Images drawn at random, as the model takes them. */
export interface Batch extends InputBatch {
  /** One class index an example. @throws SecateurError `bad-data` where the data has none */
  labels(): number[];
}

/**
 * Draws images from a split, no two alike until all have been, and calls `use` on batch after batch of them. All are
 * full: where images run out, the first ones come again.
 * @param doing what is going on, for progress
 * @throws SecateurError `cancelled` between batches; what `use` throws
 */
export async function forEachBatch(
  { split, fit, scaling }: Feed,
  { images, seed, signal, progress }: Experiment,
  doing: string,
  use: (batch: Batch) => Promise<void>,
): Promise<void> {
  const drawn = drawSample(split.count, images, seed);
  const size = fit.batchSize ?? Math.min(usualBatch, drawn.length);
  const batches = Math.ceil(drawn.length / size);
  const bytes = split.images.length / split.count;
  for (let index = 0; index < batches; index++) {
    // Let messages in between, such as a cancellation.
    await setImmediate();
    throwIfCancelled(signal);
    const examples = Array.from({ length: size }, (_, i) => drawn[(index * size + i) % drawn.length] as number);
    const pixels = new Uint8Array(size * bytes);
    for (const [i, example] of examples.entries()) {
      pixels.set(split.images.subarray(example * bytes, (example + 1) * bytes), i * bytes);
    }
    const values = scaleBatch({ ...split, count: size, images: pixels }, 0, size, scaling, fit.channels);
    await use({
      values: arrange(values, fit),
      shape: [size, ...fit.example],
      labels() {
        const { labels } = split;
        if (labels) return examples.map((example) => labels[example] as number);
        throw new SecateurError(
          "bad-data",
          "The training images have no labels, which this criterion needs; choose labelled data, or another criterion.",
        );
      },
    });
    progress((index + 1) / batches, `${doing}, batch ${index + 1} of ${batches}`);
  }
}
