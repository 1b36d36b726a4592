import { SecateurError } from "../errors.ts";
import { withValues } from "../model/encode.ts";
import { type Model, withWeights } from "../model/model.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import { trainingLoop } from "./loop.ts";
import type { TrainingOptions } from "./options.ts";
import { heldAtZero, rolesOf } from "./roles.ts";

const defaultBatchSize = 64;

/**
 * Trains a pruned model so that its zeros stay zero: every kernel element that is zero now is held there. The
 * weights that answer the validation images best are kept, those from before training among them. Where memory does
 * not suffice, it begins again with batches of half the size, once.
 * @throws SecateurError `training` when the model cannot be differentiated, `backend` when half a batch is too much
 */
export async function fineTune(model: Model, options: TrainingOptions, context: FineTuneContext): Promise<FineTuned> {
  const fixed = context.train.fit.batchSize;
  const wanted = options.batchSize ?? defaultBatchSize;
  if (fixed !== null) {
    const { notes, ...result } = await trainWith(model, options, fixed, context);
    const note =
      options.batchSize === undefined || wanted === fixed ? [] : [`The model takes only batches of ${fixed}.`];
    return { ...result, notes: [...note, ...notes] };
  }
  try {
    return await trainWith(model, options, wanted, context);
  } catch (error) {
    if (!SecateurError.is(error, "backend") || wanted < 2) throw error;
    const half = Math.floor(wanted / 2);
    const { notes, ...result } = await trainWith(model, options, half, context);
    return { ...result, notes: [`Memory did not suffice for batches of ${wanted}: ${half} were used.`, ...notes] };
  }
}

async function trainWith(
  model: Model,
  options: TrainingOptions,
  batchSize: number,
  context: FineTuneContext,
): Promise<FineTuned> {
  const { engine, network, train, teacher } = context;
  const trainer = await engine.train(model, {
    optimizer: optimizerOf(options),
    classes: train.fit.classes,
    masks: heldAtZero(model, network),
    ...rolesOf(network),
    temperature: teacher?.temperature ?? 1,
    teacherShare: teacher?.share ?? 0,
  });
  try {
    const { weights, ...outcome } = await trainingLoop(trainer, options, batchSize, context);
    const changed = [...weights].flatMap(([name, values]) => {
      const weight = model.weights.get(name);
      return weight?.dtype === "float32" ? [withValues(weight, values)] : [];
    });
    return { ...outcome, model: withWeights(model, changed) };
  } finally {
    trainer.dispose();
  }
}

function optimizerOf({ optimizer = "adam", momentum = 0.9, nesterov = true, weightDecay = 0 }: TrainingOptions) {
  return optimizer === "sgd" ? { name: optimizer, momentum, nesterov, weightDecay } : { name: optimizer, weightDecay };
}
