import type { Dataset } from "../data/dataset.ts";
import type { Engine, InputBatch, LoadedModel } from "../engine/engine.ts";
import { SecateurError } from "../errors.ts";
import { agreementOf, bestClasses, classificationOf } from "../metrics/accuracy.ts";
import type { Model } from "../model/model.ts";
import type { Metrics, RunInfo } from "../runs/run.ts";
import { formatCount } from "../text.ts";
import type { JobEvents } from "./events.ts";
import { defaultSeed, type Examples, type ExamplesOptions, prepareExamples } from "./examples.ts";
import { type LazyEngine, type LazyEngineOptions, lazyEngine } from "./lazyEngine.ts";
import { readData } from "./readData.ts";
import { samplesOf } from "./samples.ts";
import type { DataRecipe, Recipe } from "./schema.ts";
import { type Studio, studioOf } from "./studio.ts";
import { workloadOf } from "./workload.ts";

/** Runs after the first that a latency is the median of: many where they are short. */
const latencyRepeats = { 1: 20, 32: 5 } as const;

export interface EvaluatorOptions extends ExamplesOptions {
  /** Folder that `data.path` is relative to. */
  readonly base: string;
  readonly events: Pick<JobEvents, "log" | "progress">;
  /** Stays the caller's. */
  readonly engine: Pick<LazyEngine, "open">;
}

/** Measures models on an opened backend, all on the same examples. */
export interface Evaluator {
  readonly backend: NonNullable<RunInfo["backend"]>;
  readonly data?: NonNullable<RunInfo["data"]>;
  /** What the examples were taken from. */
  readonly dataset?: Dataset;
  measure(model: Model, progress: JobEvents["progress"], signal?: AbortSignal): Promise<Measured>;
  /** A few of the examples; only where there are some. */
  readonly samples?: InputBatch;
  /** What steps that learn need; only where there are some. */
  readonly studio?: Studio;
}

/** What an evaluator can say of one model. */
export type Measured = Pick<Metrics, "accuracy" | "top5" | "loss" | "agreement" | "latencyMs" | "latencyBatch32Ms">;

/**
 * Opens what a recipe needs to be measured: reads the data once, opens the backend, finds the scaling.
 * @param model the unpruned model, which must load
 * @returns nothing where the recipe asks for neither accuracy nor latency: then TensorFlow.js is not even loaded
 * @throws SecateurError `bad-data`, `backend`, `unsupported-model`
 */
export async function openEvaluator(
  recipe: Pick<Recipe, "model" | "data" | "seed" | "backend" | "latency">,
  model: Model,
  options: EvaluatorOptions,
): Promise<Evaluator | undefined> {
  if (!recipe.data && !recipe.latency) return undefined;
  const engine = await options.engine.open(workloadOf(model, options.learns ?? false));
  const loaded = await engine.load(model);
  try {
    const { model: path, data, seed = defaultSeed } = recipe;
    const dataset = data && (await readData(data, path, loaded, options));
    const examples = dataset && (await prepareExamples(dataset, recipe, loaded, options));
    const studio = examples && options.learns ? studioOf(engine, examples, { data, seed }) : undefined;
    return evaluatorOf(engine, model, examples, studio, recipe);
  } finally {
    loaded.dispose();
  }
}

/** A model's accuracy on data, and how it was measured. */
export interface Evaluation extends Required<Pick<Measured, "accuracy" | "loss">>, Pick<Measured, "top5"> {
  readonly examples: number;
  readonly split: string;
  readonly scaling: string;
  readonly backend: string;
}

/**
 * Measures one model on one split of a labelled dataset.
 * @throws SecateurError as openEvaluator; `bad-data` too when there are no labels
 */
export async function evaluateModel(
  recipe: Pick<Recipe, "model" | "seed" | "backend"> & { readonly data: DataRecipe },
  model: Model,
  options: Omit<EvaluatorOptions, "engine"> &
    LazyEngineOptions & { readonly events: Pick<JobEvents, "log" | "progress"> },
): Promise<Evaluation> {
  const engine = lazyEngine(recipe, options);
  try {
    const evaluator = await openEvaluator({ ...recipe, latency: false }, model, { ...options, engine });
    const { accuracy, top5, loss } = (await evaluator?.measure(model, options.events.progress)) ?? {};
    if (!evaluator?.data || accuracy === undefined || loss === undefined) throw unlabelled(recipe.data.path);
    const { examples, split, scaling } = evaluator.data;
    const how = { examples, split, scaling, backend: evaluator.backend.name };
    return { accuracy, ...(top5 !== undefined && { top5 }), loss, ...how };
  } finally {
    await engine.dispose();
  }
}

function unlabelled(path: string): SecateurError {
  return new SecateurError(
    "bad-data",
    `The images in ${path} have no labels, so there is no accuracy to measure; put those of each class in a folder of its own, or compare models by agreement with prune.`,
  );
}

function evaluatorOf(
  engine: Engine,
  original: Model,
  examples: Examples | undefined,
  studio: Studio | undefined,
  { latency = true }: Pick<Recipe, "latency">,
): Evaluator {
  /** What the unpruned model says of each example, found once: as a rule it is the first to be measured. */
  let reference: Int32Array | undefined;

  async function withLoaded<T>(model: Model, use: (loaded: LoadedModel) => Promise<T>): Promise<T> {
    const loaded = await engine.load(model);
    try {
      return await use(loaded);
    } finally {
      loaded.dispose();
    }
  }

  async function measureAnswers(
    loaded: LoadedModel,
    model: Model,
    measured: Examples,
    progress: JobEvents["progress"],
    signal: AbortSignal | undefined,
  ): Promise<Measured> {
    const { quality, answers } = await ask(loaded, measured, progress, signal);
    reference ??=
      model === original
        ? answers
        : await withLoaded(original, async (unpruned) => (await ask(unpruned, measured, () => {}, signal)).answers);
    return { ...quality, agreement: agreementOf(answers, reference) };
  }

  return {
    backend: engine.backend,
    ...(examples && { data: examples.report, dataset: examples.dataset }),
    ...(examples && { samples: samplesOf(examples) }),
    ...(studio && { studio }),
    measure: (model, progress, signal) =>
      withLoaded(model, async (loaded) => {
        const answers = examples && (await measureAnswers(loaded, model, examples, progress, signal));
        return { ...answers, ...(latency && (await measureLatency(loaded, progress))) };
      }),
  };
}

/** How good a model's answers to the examples are, as far as labels tell, and the best class of each. */
async function ask(
  loaded: LoadedModel,
  { split, fit, scaling }: Examples,
  progress: JobEvents["progress"],
  signal: AbortSignal | undefined,
): Promise<{ quality: Measured; answers: Int32Array }> {
  const { scoreSplit } = await import("../engine/evaluate.ts");
  const what = split.labels ? "accuracy" : "agreement";
  const { scores, classes } = await scoreSplit(loaded, split, fit, scaling, {
    signal,
    onProgress: (done, total) =>
      progress(done / total, `measuring ${what}, ${formatCount(done)} of ${formatCount(total)} images`),
  });
  const { examples: _, ...quality } = split.labels ? classificationOf(scores, classes, split.labels) : { examples: 0 };
  return { quality, answers: bestClasses(scores, classes) };
}

async function measureLatency(loaded: LoadedModel, progress: JobEvents["progress"]): Promise<Measured> {
  progress(1, "measuring latency");
  const one = await loaded.latency(1, latencyRepeats[1]);
  const many = await loaded.latency(32, latencyRepeats[32]);
  return { ...(one !== null && { latencyMs: one }), ...(many !== null && { latencyBatch32Ms: many }) };
}
