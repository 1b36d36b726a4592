import type * as tf from "@tensorflow/tfjs-core";
import { reasonOf } from "../errors.ts";
import type { Log } from "./backend.ts";
import type { TensorSpec } from "./engine.ts";
import { madeUpFeeds } from "./madeUp.ts";
import { tensorsOf } from "./tensors.ts";

/** No new repeat begins after this: a big model on a slow backend has one run, not `repeats`. */
const budgetMs = 5000;

/**
 * Times forward passes on made-up inputs, reading the outputs back included.
 * @param run disposes of its feeds
 * @returns median milliseconds of up to `repeats` runs after a warm-up; null where the model cannot run
 */
export async function measureLatency(
  inputs: readonly TensorSpec[],
  batchSize: number,
  repeats: number,
  run: (feeds: tf.Tensor[]) => Promise<unknown>,
  log: Log,
): Promise<number | null> {
  const fixed = inputs.some(({ shape }) => shape.length > 1 && shape[0] !== null && shape[0] !== batchSize);
  if (fixed || inputs.some(({ dtype }) => dtype === "string")) return null;
  const feeds = madeUpFeeds(inputs, batchSize);
  const time = async () => {
    const tensors = tensorsOf(feeds, inputs);
    const start = performance.now();
    await run(tensors);
    return performance.now() - start;
  };
  try {
    const warmUp = await time();
    return warmUp < budgetMs ? await timeRepeats(repeats, budgetMs - warmUp, time) : warmUp;
  } catch (error) {
    log(`No latency at batch ${batchSize}: ${reasonOf(error)}`);
    return null;
  }
}

/**
 * The median of what something takes.
 * @param repeats how often it is done at most; at least once
 * @param budget milliseconds after which no new repeat begins
 * @param time does it and says how many milliseconds that took
 */
export async function timeRepeats(repeats: number, budget: number, time: () => Promise<number>): Promise<number> {
  const begin = performance.now();
  const times = [await time()];
  while (times.length < repeats && performance.now() - begin < budget) times.push(await time());
  return median(times);
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low as number) + (high as number)) / 2;
}
