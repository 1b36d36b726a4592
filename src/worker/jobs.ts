import type { InspectParams, ResumeParams, RunParams, RunResult } from "../protocol/worker.ts";
import { weightCriterionNamed } from "../pruning/criteria/registry.ts";
import { networkOf } from "../pruning/graph/networkOf.ts";
import { inspect } from "../pruning/metrics/inspect.ts";
import type { Inspection } from "../pruning/metrics/inspection.ts";
import { readModel } from "../pruning/model/read.ts";
import type { JobOptions } from "../pruning/recipe/events.ts";
import { resumeRun } from "../pruning/recipe/resume.ts";
import { runRecipe } from "../pruning/recipe/runner.ts";
import type { Run } from "../pruning/runs/run.ts";

/** Answers `inspect`: the layers of a model, filters ranked. Loads no TensorFlow.js. */
export async function inspectModel({ model: path, criterion }: InspectParams): Promise<Inspection> {
  const model = await readModel(path);
  return inspect(model, networkOf(model), weightCriterionNamed(criterion));
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
