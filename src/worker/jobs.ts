import type { InspectParams, RunParams, RunResult } from "../protocol/worker.ts";
import { weightCriterionNamed } from "../pruning/criteria/registry.ts";
import { networkOf } from "../pruning/graph/networkOf.ts";
import { inspect } from "../pruning/metrics/inspect.ts";
import type { Inspection } from "../pruning/metrics/inspection.ts";
import { readModel } from "../pruning/model/read.ts";
import type { JobOptions } from "../pruning/recipe/events.ts";
import { runRecipe } from "../pruning/recipe/runner.ts";

/** Answers `inspect`: the layers of a model, filters ranked. Loads no TensorFlow.js. */
export async function inspectModel({ model: path, criterion }: InspectParams): Promise<Inspection> {
  const model = await readModel(path);
  return inspect(model, networkOf(model), weightCriterionNamed(criterion));
}

/** Answers `run`: executes a recipe and says how it ended. */
export async function runJob(
  { recipe, base, folder }: RunParams,
  options: Omit<JobOptions, "base" | "folder" | "where">,
): Promise<RunResult> {
  const run = await runRecipe(recipe, { ...options, base, folder, where: "The recipe" });
  return { folder: run.folder, status: run.status, trials: run.trials.length };
}
