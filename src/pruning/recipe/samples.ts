import { arrange } from "../data/fit.ts";
import { scaleBatch } from "../data/scaling.ts";
import { spread } from "../data/split.ts";
import type { InputBatch } from "../engine/engine.ts";
import { sizeOf } from "../model/model.ts";
import type { Examples } from "./examples.ts";

/** Enough to see whether two models answer the same. */
const sampleCount = 16;

/** A few examples as the model takes them, for checks that decide nothing. A fixed batch size is filled with zeros. */
export function samplesOf({ split, fit, scaling }: Examples): InputBatch {
  const chosen = spread(split, Math.min(split.count, fit.batchSize ?? sampleCount));
  const shape = [fit.batchSize ?? chosen.count, ...fit.example];
  const values = new Float32Array(sizeOf(shape));
  values.set(arrange(scaleBatch(chosen, 0, chosen.count, scaling, fit.channels), fit));
  return { values, shape };
}
