import { setImmediate } from "node:timers/promises";
import { take } from "../data/split.ts";
import { evaluate, scoreSplit } from "../engine/evaluate.ts";
import type { Trainer, TrainerState } from "../engine/training/contract.ts";
import { SecateurError } from "../errors.ts";
import type { Classification } from "../metrics/accuracy.ts";
import { formatNumber, formatShare } from "../text.ts";
import { type Batch, batchesPerEpoch, batchMaker, labelDistributions } from "./batches.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import type { TrainingOptions } from "./options.ts";
import { learningRateAt } from "./schedule.ts";

/** How the validation images were answered. */
type Answers = Pick<Classification, "accuracy" | "loss">;

/** The weights that answered them best, and after which step. */
interface Best extends Answers, Pick<TrainerState, "weights"> {
  readonly step: number;
}

export interface Outcome extends Omit<FineTuned, "model">, Pick<Best, "weights"> {}

/**
 * Takes all steps of a training run, and looks at the validation images before the first and after every epoch.
 * @returns the weights that answered them best
 */
export async function trainingLoop(
  trainer: Trainer,
  options: TrainingOptions,
  batchSize: number,
  context: FineTuneContext,
): Promise<Outcome> {
  const { train, seed, signal, progress } = context;
  const perEpoch = batchesPerEpoch(train.split.count, batchSize);
  const steps = options.steps ?? (options.epochs ?? 1) * perEpoch;
  const rate = options.learningRate ?? (options.optimizer === "sgd" ? 0.01 : 0.001);
  const schedule = { rate, warmup: options.warmup ?? 0, decay: options.decay ?? "cosine" };
  const classes = await classesOf(trainer, context);
  const batchOf = batchMaker(train, batchSize, { flip: options.flip ?? false, shift: options.shift ?? 0 }, seed);
  const before = await measure(trainer, context);
  let best = await bestOf(trainer, before, 0);
  const end = (step: number, ended?: SecateurError, notes: readonly string[] = []): Outcome => ({
    weights: best.weights,
    notes: [summary(step, steps, before, best, context), ...notes],
    ...(ended && { ended }),
  });
  let loss = Number.NaN;
  let stale = 0;
  for (let step = 0; step < steps; step++) {
    // Let messages in between, such as a cancellation.
    await setImmediate();
    if (signal?.aborted) return end(step, cancelled());
    const batch = batchOf(step);
    const learningRate = learningRateAt(schedule, step, steps);
    const targets = await targetsOf(batch, classes, options, context);
    const stepLoss = await trainer.step({ ...batch, targets }, learningRate, seed + step);
    if (!Number.isFinite(stepLoss)) return end(step, diverged(stepLoss, step + 1, learningRate));
    loss = Number.isNaN(loss) ? stepLoss : 0.95 * loss + 0.05 * stepLoss;
    progress(
      (step + 1) / steps,
      `step ${step + 1} of ${steps}, loss ${loss.toPrecision(3)}, validation ${formatShare(best.accuracy)}`,
    );
    if ((step + 1) % perEpoch !== 0 && step + 1 !== steps) continue;
    const now = await unlessCancelled(measure(trainer, context));
    if (!now) return end(step + 1, cancelled());
    if (isBetter(now, best)) {
      best = await bestOf(trainer, now, step + 1);
      stale = 0;
    } else if (++stale === options.patience) {
      return end(step + 1, undefined, [`Stopped early: ${stale} epochs in a row brought nothing better.`]);
    }
  }
  return end(steps);
}

const isBetter = (a: Answers, b: Answers): boolean =>
  a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.loss < b.loss);

async function bestOf(trainer: Trainer, answers: Answers, step: number): Promise<Best> {
  return { ...answers, step, weights: (await trainer.save()).weights };
}

function measure(trainer: Trainer, { validation, signal }: FineTuneContext): Promise<Answers> {
  const { split, fit, scaling } = validation;
  return evaluate(trainer.loaded, split, fit, scaling, { signal });
}

async function unlessCancelled<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (SecateurError.is(error, "cancelled")) return undefined;
    throw error;
  }
}

/** How many classes the model scores: its labels' own, or more. */
async function classesOf({ loaded }: Trainer, { validation: { split, fit, scaling } }: FineTuneContext) {
  return (await scoreSplit(loaded, take(split, 1), fit, scaling)).classes;
}

async function targetsOf(
  { values, shape, labels }: Batch,
  classes: number,
  { labelSmoothing = 0 }: TrainingOptions,
  { teacher }: FineTuneContext,
) {
  const share = teacher?.share ?? 0;
  const own = share < 1 ? { labels: labelDistributions(labels, classes, labelSmoothing) } : {};
  if (!teacher) return own;
  const [scores] = await teacher.model.predict(values, shape, [teacher.output]);
  return { ...own, ...(scores && { teacher: scores.values }) };
}

function summary(step: number, steps: number, before: Answers, best: Best, { teacher }: FineTuneContext): string {
  const learning = teacher ? "Distilling" : "Fine-tuning";
  const judged = teacher?.share === 1 ? "agreement with the unpruned model" : "validation accuracy";
  const which = best.step === 0 ? "no step was better than none" : `best after step ${best.step}`;
  return `${learning}, ${step} of ${steps} steps: ${judged} from ${formatShare(before.accuracy)} to ${formatShare(best.accuracy)}, ${which}.`;
}

const cancelled = () => new SecateurError("cancelled", "Cancelled.");

function diverged(loss: number, step: number, learningRate: number): SecateurError {
  return new SecateurError(
    "training",
    `The loss became ${loss} at step ${step} with the learning rate ${formatNumber(learningRate)}; the last good weights are kept, and a lower learning rate may help.`,
  );
}
