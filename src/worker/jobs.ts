import type {
  FiltersParams,
  InspectParams,
  KernelParams,
  ResumeParams,
  RunParams,
  RunResult,
} from "../protocol/worker.ts";
import { weightCriterionNamed } from "../pruning/criteria/registry.ts";
import { inspect } from "../pruning/metrics/inspect.ts";
import { inspectFilters } from "../pruning/metrics/inspectFilters.ts";
import type { FilterInspection, Inspection } from "../pruning/metrics/inspection.ts";
import { type KernelMap, kernelMap } from "../pruning/metrics/kernelMap.ts";
import type { JobOptions } from "../pruning/recipe/events.ts";
import { resumeRun } from "../pruning/recipe/resume.ts";
import { runRecipe } from "../pruning/recipe/runner.ts";
import type { Run } from "../pruning/runs/run.ts";
import { layerNamed, type OpenModel } from "./openModel.ts";

/** Answers `inspect`: the layers of a model, and which belong together. None of these three loads TensorFlow.js. */
export async function inspectModel({ model: path }: InspectParams, open: OpenModel): Promise<Inspection> {
  const { model, network, channels } = await open(path);
  return inspect(model, network, { channels });
}

/** Answers `filters`: those of one layer, ranked. */
export async function rankLayer(
  { model: path, layer, criterion }: FiltersParams,
  open: OpenModel,
): Promise<readonly FilterInspection[]> {
  const subject = await open(path);
  return inspectFilters(subject, layerNamed(layer, path, subject), weightCriterionNamed(criterion));
}

/** Answers `kernel`: the weights of one filter. */
export async function drawKernel(
  { model: path, layer, filter }: KernelParams,
  open: OpenModel,
): Promise<KernelMap | null> {
  const subject = await open(path);
  return kernelMap(subject.model, layerNamed(layer, path, subject), filter) ?? null;
}

/** What a job needs that no message says. */
export type Surroundings = Omit<JobOptions, "base" | "folder" | "where">;

/** Answers `run`: executes a recipe and says how it ended. */
export async function runJob({ recipe, base, folder }: RunParams, options: Surroundings): Promise<RunResult> {
  return resultOf(await runRecipe(recipe, { ...options, base, folder, where: "The recipe" }));
}

/** Answers `resume`: takes up a run and says how it ended. */
export async function resumeJob({ folder }: ResumeParams, options: Surroundings): Promise<RunResult> {
  return resultOf(await resumeRun({ ...options, folder }));
}

const resultOf = ({ folder, status, trials }: Run): RunResult => ({ folder, status, trials: trials.length });
