import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import { withValues } from "../model/encode.ts";
import { type Model, withWeights } from "../model/model.ts";
import { batchMaker } from "./batches.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import type { RecalibrateOptions } from "./options.ts";

const defaultBatchSize = 64;

/**
 * Re-estimates the moving means and variances of batch normalisation as the averages over some batches of training
 * images, which pruning has made wrong. Nothing is trained; other weights keep their bytes.
 */
export async function recalibrate(
  model: Model,
  { batches = 32 }: RecalibrateOptions,
  { engine, network, train, seed, signal, progress }: FineTuneContext,
): Promise<FineTuned> {
  const states = statesOf(network);
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
    const batchOf = batchMaker(train, train.fit.batchSize ?? defaultBatchSize, { flip: false, shift: 0 }, seed);
    for (let batch = 0; batch < batches; batch++) {
      // Let messages in between, such as a cancellation.
      await setImmediate();
      throwIfCancelled(signal);
      await trainer.observe(batchOf(batch), 1 / (batch + 1));
      progress((batch + 1) / batches, `batch ${batch + 1} of ${batches}`);
    }
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

function statesOf(network: Network): Set<string> {
  const weights = network.layers.flatMap((layer) => layer.weights);
  return new Set(weights.filter(({ role }) => role === "state").map(({ name }) => name));
}
