import { setImmediate } from "node:timers/promises";
import type { Trainer } from "../engine/training/contract.ts";
import { throwIfCancelled } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import type { Progress } from "../progress.ts";
import { batchMaker, type TrainingData } from "./batches.ts";

// The moving means and variances of batch normalisation.

/** Batches that they are averaged over, unless it is said. */
export const usualBatches = 32;

/** Images a batch, unless the model's input says it. */
const defaultBatchSize = 64;

/** Names of the weights that hold them; empty where a model normalises no batches. */
export function statisticsOf(network: Network): Set<string> {
  const weights = network.layers.flatMap((layer) => layer.weights);
  return new Set(weights.filter(({ role }) => role === "state").map(({ name }) => name));
}

export interface AveragingContext {
  readonly train: TrainingData;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress: Progress;
}

/**
 * Makes them the plain averages over some batches of training images, answered by the model as it stands on the trainer.
 * @throws SecateurError `cancelled`, and what `Trainer.observe` throws
 */
export async function averageStatistics(
  trainer: Trainer,
  batches: number,
  { train, seed, signal, progress }: AveragingContext,
): Promise<void> {
  const batchOf = batchMaker(train, train.fit.batchSize ?? defaultBatchSize, { flip: false, shift: 0 }, seed);
  for (let batch = 0; batch < batches; batch++) {
    // Let messages in between, such as a cancellation.
    await setImmediate();
    throwIfCancelled(signal);
    await trainer.observe(batchOf(batch), 1 / (batch + 1));
    progress((batch + 1) / batches, `batch ${batch + 1} of ${batches}`);
  }
}
