import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import type { FineTuneContext } from "../../../src/pruning/training/context.ts";
import { dataOf, quadrants } from "./tiny.ts";

/** Images of the tiny classifiers, to learn from and to judge by. */
export const train = dataOf(quadrants(48, 1));
export const validation = dataOf(quadrants(24, 2));

/** What training takes beside a model and its options; nothing is shown and nothing cancelled. */
export const contextOn = (engine: Engine, model: Model, more: Partial<FineTuneContext> = {}): FineTuneContext => ({
  engine,
  network: networkOf(model),
  train,
  validation,
  seed: 1,
  progress: () => {},
  ...more,
});
