import type { Dataset, Split } from "../data/dataset.ts";
import { holdOut, spread } from "../data/split.ts";
import type { Engine } from "../engine/engine.ts";
import { SecateurError } from "../errors.ts";
import type { TrainingData } from "../training/batches.ts";
import type { Examples } from "./examples.ts";
import type { Recipe } from "./schema.ts";

/** Share of the training split that validates, where the data has no split of its own for it. */
export const validationShare = 0.1;
export const defaultSeed = 1;

/** Images that validate training, at most: it is measured after every epoch. */
const mostValidation = 5000;

/** What steps that learn need: a backend, images to learn from, and others to judge by. */
export interface Studio {
  readonly engine: Engine;
  readonly train: TrainingData;
  readonly validation: TrainingData;
}

/**
 * Splits a dataset's training images for steps that learn. Test images are not touched: they only report.
 * @throws SecateurError `bad-data` when there are no training images, or too few to hold some out
 */
export function studioOf(
  engine: Engine,
  { dataset, fit, scaling }: Examples,
  { data, seed }: { readonly data: Recipe["data"]; readonly seed: number },
): Studio {
  requireTraining(dataset);
  const { train, validation } = holdOut(dataset.train as Split, validationShare, seed);
  const { height, width, channels } = dataset;
  const shared = { height, width, channels, fit, scaling };
  return {
    engine,
    train: { ...shared, split: spread(train, data?.limit?.train ?? train.count) },
    validation: { ...shared, split: spread(validation, data?.limit?.validation ?? mostValidation) },
  };
}

/** @throws SecateurError `bad-data` when there are no training images */
export function requireTraining(dataset: Dataset): void {
  if (dataset.train) return;
  throw new SecateurError(
    "bad-data",
    `${dataset.path} has no training images, which a step of the recipe learns from; add its files, or leave the step out.`,
  );
}
