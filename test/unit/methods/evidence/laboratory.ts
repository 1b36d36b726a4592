import * as tfl from "@tensorflow/tfjs-layers";
import type { Subject } from "../../../../src/pruning/criteria/views.ts";
import type { Feed } from "../../../../src/pruning/data/feed.ts";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { ScoringContext } from "../../../../src/pruning/methods/evidence/laboratory.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { dense, savedModel } from "../../engine/models.ts";
import { classes, dataOf, quadrants, repeatable } from "../../training/tiny.ts";

export const subjectOf = (model: Model): Subject => ({ model, network: networkOf(model), channels: channelsOf(model) });

/** Images of the tiny classifiers, to learn from and to judge by. */
export const train: Feed = dataOf(quadrants(40, 1));
export const validation: Feed = dataOf(quadrants(24, 2));

/** What gathering needs; nothing is shown and nothing cancelled. */
export function contextOn(engine: Engine, given: Partial<ScoringContext> = {}): ScoringContext {
  return { seed: 3, laboratory: () => ({ engine, train, validation }), progress() {}, ...given };
}

/** The context for what needs no images. */
export const withoutImages: ScoringContext = {
  seed: 3,
  progress() {},
  laboratory() {
    throw new Error("nobody should need images");
  },
};

/** A model as files hold it, with repeatable weights. */
export const stored = async (model: tfl.LayersModel): Promise<Model> => repeatable(await savedModel(model));

/**
 * Two blocks with a residual add, batch normalisation and activations as layers of their own, in a nested model; then
 * pooling, flatten and two dense layers.
 */
export function residual(): tfl.LayersModel {
  const { layers } = tfl;
  const inner = tfl.input({ shape: [4, 4, 3], name: "inner_in" });
  let x = layers
    .conv2d({ filters: 3, kernelSize: 3, padding: "same", name: "inner_conv" })
    .apply(inner) as tfl.SymbolicTensor;
  x = layers.batchNormalization({ name: "inner_norm" }).apply(x) as tfl.SymbolicTensor;
  x = layers.add({ name: "inner_add" }).apply([x, inner]) as tfl.SymbolicTensor;
  x = layers.reLU({ name: "inner_relu" }).apply(x) as tfl.SymbolicTensor;
  const block = tfl.model({ inputs: inner, outputs: x, name: "block" });

  const input = tfl.input({ shape: [6, 6, 2], name: "in" });
  let y = layers
    .conv2d({ filters: 3, kernelSize: 3, name: "stem", activation: "relu" })
    .apply(input) as tfl.SymbolicTensor;
  y = block.apply(y) as tfl.SymbolicTensor;
  y = layers
    .conv2d({ filters: 4, kernelSize: 2, strides: 2, padding: "same", name: "last" })
    .apply(y) as tfl.SymbolicTensor;
  y = layers.activation({ activation: "relu", name: "rectified" }).apply(y) as tfl.SymbolicTensor;
  y = layers.flatten({ name: "flat" }).apply(y) as tfl.SymbolicTensor;
  y = dense(5, "hidden", { activation: "sigmoid" }).apply(y) as tfl.SymbolicTensor;
  return tfl.model({
    inputs: input,
    outputs: dense(classes, "head", { activation: "softmax" }).apply(y) as tfl.SymbolicTensor,
  });
}
