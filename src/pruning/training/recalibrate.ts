import { withValues } from "../model/encode.ts";
import { type Model, withWeights } from "../model/model.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import type { RecalibrateOptions } from "./options.ts";
import { averageStatistics, statisticsOf, usualBatches } from "./statistics.ts";

/**
 * Re-estimates the moving means and variances of batch normalisation as the averages over some batches of training
 * images, which pruning has made wrong. Nothing is trained; other weights keep their bytes.
 */
export async function recalibrate(
  model: Model,
  { batches = usualBatches }: RecalibrateOptions,
  { engine, network, train, seed, signal, progress }: FineTuneContext,
): Promise<FineTuned> {
  const states = statisticsOf(network);
  if (states.size === 0) {
    return {
      model,
      notes: ["Nothing was recalibrated: the model has no batch normalisation with statistics of its own."],
    };
  }
  const trainer = await engine.train(model, {
    optimizer: { name: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    classes: train.fit.classes,
    masks: new Map(),
    trainable: new Set(),
    decayed: new Set(),
    temperature: 1,
    teacherShare: 0,
  });
  try {
    await averageStatistics(trainer, batches, { train, seed, signal, progress });
    const { weights } = await trainer.save();
    const changed = [...model.weights.values()].flatMap((weight) => {
      const values = states.has(weight.name) ? weights.get(weight.name) : undefined;
      return values ? [withValues(weight, values)] : [];
    });
    return { model: withWeights(model, changed), notes: [] };
  } finally {
    trainer.dispose();
  }
}
