import type { Split } from "../data/dataset.ts";
import { holdOut, spread, validationShare } from "../data/split.ts";
import type { Engine } from "../engine/engine.ts";
import type { TrainingData } from "../training/batches.ts";
import { type Examples, requireTraining } from "./examples.ts";
import type { Recipe } from "./schema.ts";

/**
 * Images that validate training, at most: they are looked at before it and after every epoch, which for more of them
 * would cost more than a tenth of an epoch of CIFAR-10.
 */
const mostValidation = 3000;

/** What steps that learn need: a backend, images to learn from, and others to judge by. */
export interface Studio {
  readonly engine: Engine;
  readonly train: TrainingData;
  readonly validation: TrainingData;
}

/**
 * Splits a dataset's training images for steps that learn, where it has no validation images of its own. Test images
 * are not touched: they only report.
 * @throws SecateurError `bad-data` when there are no training images, or too few to hold some out
 */
export function studioOf(
  engine: Engine,
  { dataset, fit, scaling }: Examples,
  { data, seed }: { readonly data: Recipe["data"]; readonly seed: number },
): Studio {
  requireTraining(dataset);
  const own = dataset.train as Split;
  const { train, validation } = dataset.validation
    ? { train: own, validation: dataset.validation }
    : holdOut(own, validationShare, seed);
  const { height, width, channels } = dataset;
  const shared = { height, width, channels, fit, scaling };
  return {
    engine,
    train: { ...shared, split: spread(train, data?.limit?.train ?? train.count) },
    validation: { ...shared, split: spread(validation, data?.limit?.validation ?? mostValidation) },
  };
}
