import { basename, join } from "node:path";

// Where things lie in a run folder:
//   recipe.json          what was asked for, with absolute paths
//   run.json             status, versions, machine, backend, baseline (RunInfo)
//   trials.jsonl         one Trial a line, only ever appended to
//   trials/<n>/          model.json and its weights, from 1
//   sensitivity.json     how the model bears each layer's pruning, where a step measured that
//   factors.json         how the factors of structures are spread, where a step chose by some
//   unfinished/          what it takes to go on: gone once the run has ended well
//     checkpoint         where the step in hand is
//     <place>/           what a step made that others follow, and that is no trial

/** Where runs of a workspace lie, below its folder. */
export const runsFolderName = join(".secateur", "runs");

export const recipeFile = (run: string): string => join(run, "recipe.json");
export const infoFile = (run: string): string => join(run, "run.json");
export const journalFile = (run: string): string => join(run, "trials.jsonl");
export const sensitivityFile = (run: string): string => join(run, "sensitivity.json");
export const factorsFile = (run: string): string => join(run, "factors.json");
export const trialsFolder = (run: string): string => join(run, "trials");
export const trialFolder = (run: string, number: number): string => join(trialsFolder(run), `${number}`);

export const unfinishedFolder = (run: string): string => join(run, "unfinished");
export const checkpointFile = (run: string): string => join(unfinishedFolder(run), "checkpoint");
export const stepFolder = (run: string, place: string): string => join(unfinishedFolder(run), place);

/** A run's id is the name of its folder. */
export const runIdOf = (run: string): string => basename(run);

/**
 * A folder name for a new run: sorts by time, says what was pruned, unique to the millisecond.
 * @param title such as the model's folder name
 */
export function newRunFolder(runsFolder: string, title: string, now: Date): string {
  const time = now
    .toISOString()
    .replace(/[-:Z]/g, "")
    .replace("T", "-")
    .replace(/\.(\d+)$/, "-$1");
  const slug = title
    .normalize("NFKD")
    .replace(/[^\w]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .toLowerCase();
  return join(runsFolder, slug ? `${time}-${slug}` : time);
}
