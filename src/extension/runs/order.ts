import { titleOf } from "../../pruning/recipe/title.ts";
import type { Run, Trial } from "../../pruning/runs/run.ts";

/** The baseline, where there is one, and then the trials in the order they were made. */
export function trialsOf(run: Run): readonly Trial[] {
  return run.baseline ? [run.baseline, ...run.trials] : run.trials;
}

export function isBaseline(trial: Trial): boolean {
  return trial.id.endsWith("/0");
}

/** What to call a trial where its run is not in sight. */
export function nameOfTrial(run: Run, trial: Trial): string {
  const model = titleOf(run.model);
  return isBaseline(trial) ? model : `${model}, ${trial.label}`;
}

/**
 * Gives every run without a colour the next free one, in chronological order. Colours once given stay, also when
 * an older run is deleted. Returns `before` itself when there is nothing to give.
 * @param runs oldest first
 */
export function assignColours(
  before: Readonly<Record<string, number>>,
  runs: readonly Run[],
): Readonly<Record<string, number>> {
  const fresh = runs.filter((run) => before[run.id] === undefined);
  if (fresh.length === 0) return before;
  const kept = Object.fromEntries(runs.flatMap(({ id }) => (before[id] === undefined ? [] : [[id, before[id]]])));
  let next = Math.max(-1, ...Object.values(kept)) + 1;
  for (const run of fresh) kept[run.id] = next++;
  return kept;
}
