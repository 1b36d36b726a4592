import { readFile } from "node:fs/promises";
import { SecateurError } from "../errors.ts";
import { secateurVersion } from "../runs/environment.ts";
import { recipeFile } from "../runs/folder.ts";
import { reopenJournal } from "../runs/journal.ts";
import { readRun } from "../runs/readRun.ts";
import { whyNotResumable } from "../runs/resumable.ts";
import type { Run, RunInfo } from "../runs/run.ts";
import type { JobOptions } from "./events.ts";
import { digestOfRecipe } from "./inputs.ts";
import { executeRecipe } from "./runner.ts";

/** As of any job, but that the run folder says what is to be done. */
export type ResumeOptions = Omit<JobOptions, "base" | "where">;

/**
 * Takes up a run that was interrupted, cancelled or failed: finished trials stay, and the step in hand goes on from its
 * checkpoint. On the backend it began on, with the scaling it began with.
 * @param options `folder` is the run's
 * @returns as `runRecipe`
 * @throws SecateurError `bad-run` when it is running or done, or was made from something else than there is now; else
 *   as `runRecipe`
 */
export async function resumeRun(options: ResumeOptions): Promise<Run> {
  const { folder, events } = options;
  const run = await readRun(folder);
  const refusal = whyNotResumable(run);
  if (refusal) throw new SecateurError("bad-run", `The run in ${folder} ${refusal}`);
  const recipe = await readRecipe(run);
  if (run.versions.secateur !== secateurVersion) {
    events.log("warn", `The run began with Secateur ${run.versions.secateur} and goes on with ${secateurVersion}.`);
  }
  return executeRecipe(
    { ...recipe, ...(run.backend && { backend: run.backend.name }), ...withScaling(recipe, run) },
    { ...options, base: folder, where: recipeFile(folder) },
    (_, start) => {
      requireSame(run, start);
      // How data and backend were chosen stays told.
      const { title, started, inputs, baseline, data, backend } = run;
      const found = { ...(baseline && { baseline }), ...(data && { data }), ...(backend && { backend }) };
      const kept = { title, started, ...(inputs && { inputs }), ...found };
      return reopenJournal(run, { ...start, ...kept, resumed: new Date().toISOString() });
    },
  );
}

async function readRecipe({ folder, inputs }: Run): Promise<{ readonly data?: object }> {
  const path = recipeFile(folder);
  const recipe: unknown = await readFile(path, "utf8")
    .then((text) => JSON.parse(text))
    .catch(() => undefined);
  if (typeof recipe === "object" && recipe !== null && digestOfRecipe(recipe) === inputs?.recipe) return recipe;
  throw new SecateurError("bad-run", `${path} is not as it was when the run began; start a new run.`);
}

/** The scaling that `auto` has chosen. */
const withScaling = ({ data }: { readonly data?: object }, run: Run) =>
  data && run.data ? { data: { ...data, scaling: run.data.scaling } } : {};

function requireSame(run: Run, start: RunInfo): void {
  const changed = run.inputs?.model !== start.inputs?.model ? run.model : run.data?.path;
  if (run.inputs?.model === start.inputs?.model && run.inputs?.data === start.inputs?.data) return;
  throw new SecateurError(
    "bad-run",
    `${changed} is not as it was when the run in ${run.folder} began, so its trials could not be compared; start a new run.`,
  );
}
