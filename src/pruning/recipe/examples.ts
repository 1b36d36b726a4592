import type { Dataset, Scaling, Split, SplitName } from "../data/dataset.ts";
import { type Fit, fitToInput } from "../data/fit.ts";
import { candidateScalings } from "../data/scaling.ts";
import { holdOut, take } from "../data/split.ts";
import type { LoadedModel } from "../engine/engine.ts";
import { SecateurError } from "../errors.ts";
import type { RunInfo } from "../runs/run.ts";
import { formatCount, formatShare } from "../text.ts";
import type { JobEvents } from "./events.ts";
import type { Recipe } from "./schema.ts";

/** Share of the training split that validates, where the data has no split of its own for it. */
export const validationShare = 0.1;
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
  const [input, ...others] = loaded.inputs;
  if (!input || others.length > 0) {
    throw new SecateurError(
      "bad-data",
      `The model has ${loaded.inputs.length} inputs, and ${dataset.path} can feed only one; prune it without data.`,
    );
  }
  const fit = fitToInput(dataset, input.shape);
  if (options.learns) requireTraining(dataset);
  const { split, name, notes } = chooseSplit(dataset, recipe, options.split);
  const { scaling, note } = await findScaling(dataset, recipe.data?.scaling ?? "auto", loaded, fit, options);
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
      notes: [...notes, ...note],
    },
  };
}

/**
 * The scaling asked for, or for `auto` the one the model answers best to. Training images decide, where there are
 * any: test images only report.
 */
async function findScaling(
  dataset: Dataset,
  wanted: NonNullable<NonNullable<Recipe["data"]>["scaling"]>,
  loaded: LoadedModel,
  fit: Fit,
  { signal, events }: ExamplesOptions,
): Promise<{ scaling: Scaling; note: string[] }> {
  const candidates = candidateScalings(dataset).filter(({ name }) => wanted === "auto" || wanted === name);
  const { chooseScaling } = await import("../engine/chooseScaling.ts");
  const labelled = dataset.train ?? (dataset.test as Split);
  // With nothing to choose, a few images still show whether the labels fit the model, before anything is written.
  const examples = candidates.length === 1 ? 8 : 500;
  const { scaling, trials } = await chooseScaling(loaded, labelled, fit, candidates, { signal, examples });
  if (candidates.length === 1) return { scaling, note: [] };
  const tried = trials.map((trial) => `${trial.scaling.name} ${formatShare(trial.accuracy)}`).join(", ");
  const note = `Input scaling ${scaling.name} was chosen for its accuracy on ${formatCount(trials[0]?.examples ?? 0)} ${dataset.train ? "training" : "test"} images: ${tried}.`;
  events.log("info", note);
  return { scaling, note: [note] };
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
  const notes =
    wanted || dataset.test
      ? []
      : [
          "There is no test split: accuracy is measured on training images held out as validation data, which the model has probably seen.",
        ];
  return { split: limit ? take(split, limit) : split, name, notes };
}

function splitOf(dataset: Dataset, name: SplitName, seed: number): Split | undefined {
  if (name === "test") return dataset.test;
  if (name === "train") return dataset.train;
  return dataset.train && holdOut(dataset.train, validationShare, seed).validation;
}

/** @throws SecateurError `bad-data` when there are no training images */
export function requireTraining(dataset: Dataset): void {
  if (dataset.train) return;
  throw new SecateurError(
    "bad-data",
    `${dataset.path} has no training images, which a step of the recipe learns from; add its files, or leave the step out.`,
  );
}
