import type { Dataset, Scaling, Split, SplitName } from "../data/dataset.ts";
import { type Fit, fitToInput } from "../data/fit.ts";
import { requireClasses } from "../data/images/classes.ts";
import type { LabelNeed } from "../data/labels.ts";
import { holdOut, spread, take, validationShare } from "../data/split.ts";
import type { LoadedModel } from "../engine/engine.ts";
import { SecateurError } from "../errors.ts";
import type { RunInfo } from "../runs/run.ts";
import type { JobEvents } from "./events.ts";
import { findScaling } from "./findScaling.ts";
import type { Recipe } from "./schema.ts";

export const defaultSeed = 1;

/** The examples a model is measured on, fitted and scaled to its input. */
export interface Examples {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly fit: Fit;
  readonly scaling: Scaling;
  readonly report: NonNullable<RunInfo["data"]>;
}

export interface ExamplesOptions {
  /** Which split to measure on; the test split if left out, else validation data. */
  readonly split?: SplitName;
  /** Whether a step learns from the data: then it must have training images. */
  readonly learns?: boolean;
  /** The first step that needs labels to learn from, and what could stand in its place. */
  readonly needsLabels?: LabelNeed | undefined;
  readonly signal?: AbortSignal;
  readonly events: Pick<JobEvents, "log">;
}

/**
 * Fits a dataset to a model: chooses the split to report on and the scaling, and says which and why.
 * @throws SecateurError `bad-data` when the images do not fit the input, or the split is not there
 */
export async function prepareExamples(
  dataset: Dataset,
  recipe: Pick<Recipe, "data" | "seed">,
  loaded: LoadedModel,
  options: ExamplesOptions,
): Promise<Examples> {
  const fit = fitToInput(dataset, onlyInput(loaded, dataset.path).shape);
  if (options.learns) requireTraining(dataset);
  const { split, name, notes } = chooseSplit(dataset, recipe, options.split);
  const { scaling, notes: why } = await findScaling(dataset, recipe.data?.scaling ?? "auto", loaded, fit, options);
  if (dataset.classNames) {
    const { scoreSplit } = await import("../engine/evaluate.ts");
    const { classes } = await scoreSplit(loaded, take(split, 1), fit, scaling);
    requireClasses(dataset.path, dataset.classNames, [classes]);
  }
  return {
    dataset,
    split,
    fit,
    scaling,
    report: {
      path: dataset.path,
      scaling: scaling.name,
      split: name,
      examples: split.count,
      notes: [...(dataset.notes ?? []), ...notes, ...why],
    },
  };
}

/**
 * The input that a dataset feeds.
 * @throws SecateurError `bad-data` when the model has several
 */
export function onlyInput({ inputs }: LoadedModel, path: string): LoadedModel["inputs"][number] {
  const [input, ...others] = inputs;
  if (input && others.length === 0) return input;
  throw new SecateurError(
    "bad-data",
    `The model has ${inputs.length} inputs, and ${path} can feed only one; prune it without data.`,
  );
}

/** The examples to report on: the test split, or where there is none, validation data held out with the seed. */
function chooseSplit(
  dataset: Dataset,
  { data, seed = defaultSeed }: Pick<Recipe, "data" | "seed">,
  wanted: SplitName | undefined,
): { split: Split; name: SplitName; notes: string[] } {
  const name = wanted ?? (dataset.test ? "test" : "validation");
  const split = splitOf(dataset, name, seed);
  if (!split) {
    throw new SecateurError("bad-data", `${dataset.path} has no ${name} split; name another, or add its files.`);
  }
  const limit = data?.limit?.[name];
  const notes = wanted || dataset.test ? [] : [withoutTest(dataset)];
  return { split: limit ? spread(split, limit) : split, name, notes };
}

const withoutTest = ({ validation }: Dataset): string =>
  validation
    ? "There is no test split: models are measured on validation images, by which steps that learn choose what to keep."
    : "There is no test split: models are measured on training images held out as validation data, which the model has probably seen.";

function splitOf(dataset: Dataset, name: SplitName, seed: number): Split | undefined {
  if (name !== "validation") return dataset[name];
  return dataset.validation ?? (dataset.train && holdOut(dataset.train, validationShare, seed).validation);
}

/** @throws SecateurError `bad-data` when there are no training images */
export function requireTraining(dataset: Dataset): void {
  if (dataset.train) return;
  throw new SecateurError(
    "bad-data",
    `${dataset.path} has no training images, which a step of the recipe learns from; add its files, or leave the step out.`,
  );
}
