import { basename, resolve } from "node:path";
import { reasonOf, SecateurError, throwIfCancelled } from "../errors.ts";
import { networkOf } from "../graph/networkOf.ts";
import { measureBytes } from "../metrics/bytes.ts";
import { countWeights } from "../metrics/counts.ts";
import { readModel } from "../model/read.ts";
import { onlyForward, partOf } from "../progress.ts";
import { environment } from "../runs/environment.ts";
import { runIdOf } from "../runs/folder.ts";
import { createJournal, type Journal } from "../runs/journal.ts";
import { readRun } from "../runs/readRun.ts";
import type { Run, RunInfo } from "../runs/run.ts";
import { forgetUnfinished } from "../runs/unfinished.ts";
import { openEvaluator } from "./evaluator.ts";
import type { JobOptions } from "./events.ts";
import { defaultSeed } from "./examples.ts";
import { foresee } from "./foresee.ts";
import { inputsOf } from "./inputs.ts";
import { lazyEngine } from "./lazyEngine.ts";
import { checkPlan, labelsNeeded, learns, planOf, totalEffort } from "./plan.ts";
import { parseRecipe } from "./schema.ts";
import { titleOf } from "./title.ts";
import { recordBaseline, recordTrials, type Subject } from "./trials.ts";

/**
 * Executes a recipe: reads model and data once, measures the unpruned model, makes each trial and writes it to the
 * run folder before announcing it. Whatever is wrong with the input is found before anything is written.
 * @param value a recipe, not yet checked
 * @returns the run as it lies on disk: `done`, or `cancelled` with the trials finished by then
 * @throws SecateurError whatever made it fail; finished trials stay, and run.json says `failed`
 */
export function runRecipe(value: unknown, options: JobOptions): Promise<Run> {
  return executeRecipe(value, options, (recipe, start) => createJournal(options.folder, recipe, start));
}

/** The same in a run folder that is opened another way. @param open is given the recipe with absolute paths */
export async function executeRecipe(
  value: unknown,
  given: JobOptions,
  open: (recipe: object, start: RunInfo) => Promise<Journal>,
): Promise<Run> {
  const options = { ...given, events: { ...given.events, progress: onlyForward(given.events.progress) } };
  const { base, events, signal } = options;
  const recipe = parseRecipe(value, options.where);
  const plan = planOf(recipe);
  const modelPath = resolve(base, recipe.model);
  events.progress(0, `reading ${basename(modelPath)}`);
  const model = await readModel(modelPath);
  const network = networkOf(model);
  checkPlan(plan, network, model);
  const engine = lazyEngine(recipe, options);
  try {
    const evaluator = await openEvaluator(recipe, model, {
      ...options,
      engine,
      learns: learns(plan),
      needsLabels: labelsNeeded(plan),
    });
    throwIfCancelled(signal);
    const seed = recipe.seed ?? defaultSeed;
    if (evaluator?.studio) {
      const warnings = await foresee(plan, { model, network, seed, studio: evaluator.studio });
      for (const warning of warnings) events.log("warn", warning);
    }
    const written = {
      ...recipe,
      model: modelPath,
      ...(recipe.data && { data: { ...recipe.data, path: resolve(base, recipe.data.path) } }),
    };
    const journal = await open(written, {
      version: 1,
      id: runIdOf(options.folder),
      status: "running",
      model: modelPath,
      title: recipe.title ?? titleOf(modelPath),
      started: new Date().toISOString(),
      inputs: inputsOf(written, model, evaluator?.dataset),
      ...environment(),
      ...(evaluator && { backend: evaluator.backend }),
      ...(evaluator?.data && { data: evaluator.data }),
    });
    events.runChanged(journal.folder);
    await withOutcome(journal, options, async () => {
      const compressing = measureBytes(model); // On other threads, while this one counts.
      const subject: Subject = {
        model,
        network,
        modelPath,
        original: countWeights(model, network),
        evaluator,
        engine,
        seed,
      };
      const share = 1 / (1 + totalEffort(plan));
      await recordBaseline(journal, subject, await compressing, {
        ...options,
        events: { ...events, progress: partOf(events.progress, 0, share) },
      });
      await recordTrials(plan, journal, subject, options);
    });
    return await readRun(journal.folder);
  } finally {
    await engine.dispose();
  }
}

/** Writes how a run ended into run.json. Cancelling is an end, not a failure. */
async function withOutcome(journal: Journal, { events }: JobOptions, work: () => Promise<void>): Promise<void> {
  const end = async (status: "done" | "cancelled" | "failed", error?: string) => {
    await journal.update({ status, finished: new Date().toISOString(), ...(error && { error }) });
    events.runChanged(journal.folder);
  };
  try {
    await work();
    await forgetUnfinished(journal.folder);
    await end("done");
  } catch (error) {
    if (SecateurError.is(error, "cancelled")) return end("cancelled");
    await end("failed", reasonOf(error));
    throw error;
  }
}
