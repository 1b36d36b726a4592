import { type Batch, batchesPerEpoch, batchMaker } from "./batches.ts";
import type { FineTuneContext } from "./context.ts";
import type { Gradual } from "./gradual.ts";
import type { TrainingOptions } from "./options.ts";
import { learningRateAt } from "./schedule.ts";

/** How a training run goes, from its first step to its last. Follows from its options alone. */
export interface Course {
  readonly batchSize: number;
  /** In all. */
  readonly steps: number;
  readonly perEpoch: number;
  readonly labelSmoothing: number;
  readonly patience: number | undefined;
  /** Which weights are kept: those of the best look at the validation images, or of the last. */
  readonly keep: "best" | "last";
  /** What prunes the model on the way, where something does. */
  readonly gradual: Gradual | undefined;
  /** @param step counts from 0 */
  batchOf(step: number): Batch;
  learningRateAt(step: number): number;
}

/** @param gradualOver makes what prunes on the way, over so many steps */
export function courseOf(
  options: TrainingOptions,
  batchSize: number,
  { train, seed }: Pick<FineTuneContext, "train" | "seed">,
  gradualOver: (steps: number) => Gradual | undefined,
): Course {
  const { labelSmoothing = 0, patience, keep = "best", flip = false, shift = 0 } = options;
  const perEpoch = batchesPerEpoch(train.split.count, batchSize);
  const steps = options.steps ?? (options.epochs ?? 1) * perEpoch;
  const rate = options.learningRate ?? (options.optimizer === "sgd" ? 0.01 : 0.001);
  const schedule = { rate, warmup: options.warmup ?? 0, decay: options.decay ?? "cosine" };
  return {
    batchSize,
    steps,
    perEpoch,
    labelSmoothing,
    patience,
    keep,
    gradual: gradualOver(steps),
    batchOf: batchMaker(train, batchSize, { flip, shift }, seed),
    learningRateAt: (step) => learningRateAt(schedule, step, steps),
  };
}
