import type { TrainerOptions } from "../engine/training/contract.ts";
import { SecateurError } from "../errors.ts";
import { withValues } from "../model/encode.ts";
import { type Model, withWeights } from "../model/model.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import { courseOf } from "./course.ts";
import type { Gradual } from "./gradual.ts";
import { methodOf } from "./gradualOptions.ts";
import { gradualScheduleOf } from "./gradualSchedule.ts";
import { trainingLoop } from "./loop.ts";
import type { TrainingOptions } from "./options.ts";
import { heldAtZero, rolesOf } from "./roles.ts";
import { fromSnapshot, type SavedTraining, type TrainingState } from "./state.ts";

const defaultBatchSize = 64;

/**
 * Trains a pruned model so that its zeros stay zero: every kernel element that is zero now is held there. With
 * `gradual`, more of them come on the way, until its sparsity is reached. The weights that answer the validation
 * images best are kept, those from before training among them where nothing is pruned on the way. Where memory does
 * not suffice, it begins again with batches of half the size, once. Goes on from the context's checkpoint.
 * @throws SecateurError `training` when the model cannot be differentiated, `backend` when half a batch is too much
 */
export async function fineTune(model: Model, options: TrainingOptions, context: FineTuneContext): Promise<FineTuned> {
  const fixed = context.train.fit.batchSize;
  const wanted = fixed ?? options.batchSize ?? defaultBatchSize;
  const snapshot = await context.checkpoint?.load();
  const saved = snapshot && fromSnapshot(snapshot);
  try {
    const size = saved?.batchSize ?? wanted;
    const { notes, ...result } = await trainWith(model, options, size, context, saved);
    return { ...result, notes: [...sizeNotes(options.batchSize, fixed, wanted, size), ...notes] };
  } catch (error) {
    const half = Math.floor(wanted / 2);
    const again = fixed === null && half > 0 && (saved?.batchSize ?? wanted) === wanted;
    if (!SecateurError.is(error, "backend") || !again) throw error;
    const { notes, ...result } = await trainWith(model, options, half, context, undefined);
    return { ...result, notes: [...sizeNotes(options.batchSize, fixed, wanted, half), ...notes] };
  }
}

/** Why batches were of another size than was asked for. */
function sizeNotes(asked: number | undefined, fixed: number | null, wanted: number, used: number): string[] {
  if (used !== wanted) return [`Memory did not suffice for batches of ${wanted}: ${used} were used.`];
  return fixed === null || asked === undefined || asked === fixed ? [] : [`The model takes only batches of ${fixed}.`];
}

async function trainWith(
  model: Model,
  options: TrainingOptions,
  batchSize: number,
  context: FineTuneContext,
  saved: SavedTraining | undefined,
): Promise<FineTuned> {
  const { engine, network, train, teacher } = context;
  const start = heldAtZero(model, network);
  const gradualOver = (steps: number): Gradual | undefined => {
    if (!options.gradual) return undefined;
    const { method, options: own } = methodOf(options.gradual);
    const pruning = method.gradual?.(model, own, network);
    const { sparsity } = options.gradual;
    return pruning && { sparsity, pruning, schedule: gradualScheduleOf(options.gradual, steps), start };
  };
  const course = courseOf(options, batchSize, context, gradualOver);
  const fresh: TrainingState = { step: 0, validated: -1, stale: 0, grown: course.gradual ? 0 : 1, masks: start };
  const trainer = await engine.train(model, {
    optimizer: optimizerOf(options),
    classes: train.fit.classes,
    masks: saved?.state.masks ?? start,
    ...rolesOf(network),
    temperature: teacher?.temperature ?? 1,
    teacherShare: teacher?.share ?? 0,
  });
  try {
    if (saved) trainer.restore(saved.trainer);
    const { weights, ...outcome } = await trainingLoop(trainer, course, saved?.state ?? fresh, context);
    const changed = [...weights].flatMap(([name, values]) => {
      const weight = model.weights.get(name);
      return weight?.dtype === "float32" ? [withValues(weight, values)] : [];
    });
    return { ...outcome, model: withWeights(model, changed) };
  } finally {
    trainer.dispose();
  }
}

function optimizerOf(options: TrainingOptions): TrainerOptions["optimizer"] {
  const { optimizer = "adam", momentum = 0.9, nesterov = true, weightDecay = 0 } = options;
  return optimizer === "sgd" ? { name: optimizer, momentum, nesterov, weightDecay } : { name: optimizer, weightDecay };
}
