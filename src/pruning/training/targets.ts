import { take } from "../data/split.ts";
import type { LoadedModel } from "../engine/engine.ts";
import { scoreSplit } from "../engine/evaluate.ts";
import type { Targets } from "../engine/training/contract.ts";
import { type Batch, labelDistributions, type TrainingData } from "./batches.ts";
import type { Teacher } from "./context.ts";

/** How many classes a model scores: its labels' own, or more. */
export async function classesOf(loaded: LoadedModel, { split, fit, scaling }: TrainingData): Promise<number> {
  return (await scoreSplit(loaded, take(split, 1), fit, scaling)).classes;
}

/** What a batch is to teach: its labels, what the teacher says to it, or both. */
export async function targetsOf(
  { values, shape, labels }: Batch,
  classes: number,
  labelSmoothing: number,
  teacher: Teacher | undefined,
): Promise<Targets> {
  const share = teacher?.share ?? 0;
  const own = share < 1 ? { labels: labelDistributions(labels, classes, labelSmoothing) } : {};
  if (!teacher) return own;
  const [scores] = await teacher.model.predict(values, shape, [teacher.output]);
  return { ...own, ...(scores && { teacher: scores.values }) };
}
