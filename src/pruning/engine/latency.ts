import * as tf from "@tensorflow/tfjs-core";
import { reasonOf } from "../errors.ts";
import type { Log } from "./backend.ts";
import type { TensorSpec } from "./engine.ts";

/** No new repeat begins after this: a big model on a slow backend has one run, not `repeats`. */
const budgetMs = 5000;

/** Chosen for lengths that the model leaves open: an image's side or a sequence's length. */
const openLength = 64;

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
  const shapes = inputs.map(({ shape }) => madeUpShape(shape, batchSize));
  const time = async () => {
    const feeds = inputs.map(({ dtype }, i) => madeUp(shapes[i] as number[], dtype));
    const start = performance.now();
    await run(feeds);
    return performance.now() - start;
  };
  const fixed = inputs.some(({ shape }) => shape.length > 1 && shape[0] !== null && shape[0] !== batchSize);
  if (fixed || inputs.some(({ dtype }) => dtype === "string")) return null;
  try {
    const begin = performance.now();
    const warmUp = await time();
    const times: number[] = [];
    while (times.length < repeats && performance.now() - begin < budgetMs) times.push(await time());
    return median(times.length > 0 ? times : [warmUp]);
  } catch (error) {
    log(`No latency at batch ${batchSize}: ${reasonOf(error)}`);
    return null;
  }
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low as number) + (high as number)) / 2;
}

function madeUpShape(shape: TensorSpec["shape"], batchSize: number): number[] {
  const [batch, ...example] = shape;
  if (batch === undefined) return [];
  // Open channels, last or first, are a colour image's.
  const lengths = example.map((length, axis) => length ?? (example.length === 3 && axis === 2 ? 3 : openLength));
  return [batch ?? batchSize, ...lengths];
}

/** Zeros for whole numbers, which may be indices; else values between 0 and 1. */
function madeUp(shape: number[], dtype: string): tf.Tensor {
  if (dtype === "int32" || dtype === "bool") return tf.zeros(shape, dtype);
  return tf.randomUniform(shape, 0, 1, "float32", 1);
}
