import { resolve } from "node:path";
import type { Dataset, Scaling, Split, SplitName } from "../data/dataset.ts";
import { type Fit, fitToInput } from "../data/fit.ts";
import { readDataset } from "../data/readDataset.ts";
import { holdOut, take } from "../data/split.ts";
import type { Engine, LoadedModel } from "../engine/engine.ts";
import { SecateurError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { Metrics, RunInfo } from "../runs/run.ts";
import { formatCount, formatShare } from "../text.ts";
import type { JobEvents } from "./events.ts";
import type { Recipe } from "./schema.ts";

/** Share of the training split that validates, where the data has no split of its own for it. */
const validationShare = 0.1;
const defaultSeed = 1;

/** Runs after the first that a latency is the median of: many where they are short. */
const latencyRepeats = { 1: 20, 32: 5 } as const;

export interface EvaluatorOptions {
  /** Folder that `data.path` is relative to. */
  readonly base: string;
  /** Folders whose node_modules may hold tfjs-node, best first. */
  readonly tfjsNodeFolders: readonly string[];
  /** Which split to measure on; the test split if left out, else validation data. */
  readonly split?: SplitName;
  readonly signal?: AbortSignal;
  readonly events: Pick<JobEvents, "log">;
}

/** Measures models on an opened backend, all on the same examples. Dispose it. */
export interface Evaluator {
  readonly backend: NonNullable<RunInfo["backend"]>;
  readonly data?: NonNullable<RunInfo["data"]>;
  measure(model: Model, progress: JobEvents["progress"]): Promise<Measured>;
  dispose(): void;
}

export type Measured = Pick<Metrics, "accuracy" | "top5" | "loss" | "latencyMs" | "latencyBatch32Ms">;

/** The examples a model is measured on, fitted and scaled to its input. */
interface Examples {
  readonly split: Split;
  readonly fit: Fit;
  readonly scaling: Scaling;
  readonly report: NonNullable<RunInfo["data"]>;
}

/**
 * Opens what a recipe needs to be measured: reads the data once, opens the backend, finds the scaling.
 * @param model the unpruned model, which must load
 * @returns nothing where the recipe asks for neither accuracy nor latency: then TensorFlow.js is not even loaded
 * @throws SecateurError `bad-data`, `backend`, `unsupported-model`
 */
export async function openEvaluator(
  recipe: Pick<Recipe, "data" | "seed" | "backend" | "latency">,
  model: Model,
  options: EvaluatorOptions,
): Promise<Evaluator | undefined> {
  if (!recipe.data && !recipe.latency) return undefined;
  const dataset = recipe.data && (await readDataset(resolve(options.base, recipe.data.path)));
  const { openEngine } = await import("../engine/open.ts");
  const engine = await openEngine({
    backend: recipe.backend ?? "auto",
    tfjsNodeFolders: options.tfjsNodeFolders,
    log: options.events.log,
  });
  try {
    const loaded = await engine.load(model);
    try {
      const examples = dataset && (await prepare(dataset, recipe, loaded, options));
      return evaluatorOf(engine, examples, recipe.latency ?? true, options.signal);
    } finally {
      loaded.dispose();
    }
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

function evaluatorOf(
  engine: Engine,
  examples: Examples | undefined,
  withLatency: boolean,
  signal: AbortSignal | undefined,
): Evaluator {
  return {
    backend: engine.backend,
    ...(examples && { data: examples.report }),
    async measure(model, progress) {
      const loaded = await engine.load(model);
      try {
        const accuracy = examples && (await measureAccuracy(loaded, examples, progress, signal));
        return { ...accuracy, ...(withLatency && (await measureLatency(loaded, progress))) };
      } finally {
        loaded.dispose();
      }
    },
    dispose: () => engine.dispose(),
  };
}

async function measureAccuracy(
  loaded: LoadedModel,
  { split, fit, scaling }: Examples,
  progress: JobEvents["progress"],
  signal: AbortSignal | undefined,
): Promise<Measured> {
  const { evaluate } = await import("../engine/evaluate.ts");
  const { accuracy, top5, loss } = await evaluate(loaded, split, fit, scaling, {
    ...(signal && { signal }),
    onProgress: (done) =>
      progress(done / split.count, `measuring accuracy, ${formatCount(done)} of ${formatCount(split.count)} images`),
  });
  return { accuracy, loss, ...(top5 !== undefined && { top5 }) };
}

async function measureLatency(loaded: LoadedModel, progress: JobEvents["progress"]): Promise<Measured> {
  progress(1, "measuring latency");
  const one = await loaded.latency(1, latencyRepeats[1]);
  const many = await loaded.latency(32, latencyRepeats[32]);
  return { ...(one !== null && { latencyMs: one }), ...(many !== null && { latencyBatch32Ms: many }) };
}

/** Chooses the split and the scaling, and says which and why. */
async function prepare(
  dataset: Dataset,
  recipe: Pick<Recipe, "data" | "seed">,
  loaded: LoadedModel,
  options: EvaluatorOptions,
): Promise<Examples> {
  const [input, ...others] = loaded.inputs;
  if (!input || others.length > 0) {
    throw new SecateurError(
      "bad-data",
      `The model has ${loaded.inputs.length} inputs, and ${dataset.path} can feed only one; prune it without data.`,
    );
  }
  const fit = fitToInput(dataset, input.shape);
  const { split, name, notes } = chooseSplit(dataset, recipe, options.split);
  const { chooseScaling } = await import("../engine/chooseScaling.ts");
  const chosen = await chooseScaling(loaded, dataset, fit, recipe.data?.scaling ?? "auto");
  const tried = chosen.tried.map((each) => `${each.scaling.name} ${formatShare(each.accuracy)}`).join(", ");
  const scalingNote =
    chosen.tried.length > 1
      ? [`Input scaling ${chosen.scaling.name} was chosen on ${formatCount(chosen.examples)} images: ${tried}.`]
      : [];
  for (const note of scalingNote) options.events.log("info", note);
  return {
    split,
    fit,
    scaling: chosen.scaling,
    report: {
      path: dataset.path,
      scaling: chosen.scaling.name,
      split: name,
      examples: split.count,
      notes: [...notes, ...scalingNote],
    },
  };
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
