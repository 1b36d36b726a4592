import { resolve } from "node:path";
import { readDataset } from "../data/readDataset.ts";
import type { Engine, LoadedModel } from "../engine/engine.ts";
import type { Model } from "../model/model.ts";
import type { Metrics, RunInfo } from "../runs/run.ts";
import { formatCount } from "../text.ts";
import type { JobEvents } from "./events.ts";
import { defaultSeed, type Examples, type ExamplesOptions, prepareExamples } from "./examples.ts";
import { type LazyEngine, type LazyEngineOptions, lazyEngine } from "./lazyEngine.ts";
import type { Recipe } from "./schema.ts";
import { type Studio, studioOf } from "./studio.ts";

/** Runs after the first that a latency is the median of: many where they are short. */
const latencyRepeats = { 1: 20, 32: 5 } as const;

export interface EvaluatorOptions extends ExamplesOptions {
  /** Folder that `data.path` is relative to. */
  readonly base: string;
  /** Stays the caller's. */
  readonly engine: Pick<LazyEngine, "open">;
}

/** Measures models on an opened backend, all on the same examples. */
export interface Evaluator {
  readonly backend: NonNullable<RunInfo["backend"]>;
  readonly data?: NonNullable<RunInfo["data"]>;
  measure(model: Model, progress: JobEvents["progress"], signal?: AbortSignal): Promise<Measured>;
  /** What steps that learn need; only where there are some. */
  readonly studio?: Studio;
}

/** What an evaluator can say of one model. */
export type Measured = Pick<Metrics, "accuracy" | "top5" | "loss" | "latencyMs" | "latencyBatch32Ms">;

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
  const engine = await options.engine.open();
  const loaded = await engine.load(model);
  try {
    const examples = dataset && (await prepareExamples(dataset, recipe, loaded, options));
    const { data, seed = defaultSeed } = recipe;
    const studio = examples && options.learns ? studioOf(engine, examples, { data, seed }) : undefined;
    return evaluatorOf(engine, examples, studio, recipe);
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
 * Measures one model on one split of a dataset.
 * @throws SecateurError as openEvaluator
 */
export async function evaluateModel(
  recipe: Pick<Recipe, "seed" | "backend"> & Required<Pick<Recipe, "data">>,
  model: Model,
  options: Omit<EvaluatorOptions, "engine"> &
    LazyEngineOptions & { readonly events: Pick<JobEvents, "log" | "progress"> },
): Promise<Evaluation> {
  const engine = lazyEngine(recipe, options);
  try {
    const evaluator = await openEvaluator({ ...recipe, latency: false }, model, { ...options, engine });
    const { accuracy, top5, loss } = (await evaluator?.measure(model, options.events.progress)) ?? {};
    if (!evaluator?.data || accuracy === undefined || loss === undefined) throw new Error("data measures accuracy");
    const { examples, split, scaling } = evaluator.data;
    const how = { examples, split, scaling, backend: evaluator.backend.name };
    return { accuracy, ...(top5 !== undefined && { top5 }), loss, ...how };
  } finally {
    await engine.dispose();
  }
}

function evaluatorOf(
  engine: Engine,
  examples: Examples | undefined,
  studio: Studio | undefined,
  { latency = true }: Pick<Recipe, "latency">,
): Evaluator {
  return {
    backend: engine.backend,
    ...(examples && { data: examples.report }),
    ...(studio && { studio }),
    async measure(model, progress, signal) {
      const loaded = await engine.load(model);
      try {
        const accuracy = examples && (await measureAccuracy(loaded, examples, progress, signal));
        return { ...accuracy, ...(latency && (await measureLatency(loaded, progress))) };
      } finally {
        loaded.dispose();
      }
    },
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
    signal,
    onProgress: (done, total) =>
      progress(done / total, `measuring accuracy, ${formatCount(done)} of ${formatCount(total)} images`),
  });
  return { accuracy, loss, ...(top5 !== undefined && { top5 }) };
}

async function measureLatency(loaded: LoadedModel, progress: JobEvents["progress"]): Promise<Measured> {
  progress(1, "measuring latency");
  const one = await loaded.latency(1, latencyRepeats[1]);
  const many = await loaded.latency(32, latencyRepeats[32]);
  return { ...(one !== null && { latencyMs: one }), ...(many !== null && { latencyBatch32Ms: many }) };
}
