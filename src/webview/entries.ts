import type { PanelRun } from "../protocol/panel.ts";
import type { Trial } from "../pruning/runs/run.ts";

/** A trial with the run it belongs to: one point, one row. */
export interface Entry {
  readonly run: PanelRun;
  readonly trial: Trial;
  /** The model as it was before pruning. */
  readonly baseline: boolean;
}

/** All trials of a run, the unpruned model first. */
export function entriesOf(run: PanelRun): readonly Entry[] {
  const baseline = run.baseline ? [{ run, trial: run.baseline, baseline: true }] : [];
  return [...baseline, ...run.trials.map((trial) => ({ run, trial, baseline: false }))];
}

/** The trial with this id; undefined where no run has it (any more). */
export function findEntry(runs: readonly PanelRun[], trial: string | undefined): Entry | undefined {
  return runs.flatMap(entriesOf).find((entry) => entry.trial.id === trial);
}

/** The runs that are not hidden. */
export function shownRuns(runs: readonly PanelRun[], hidden: readonly string[]): readonly PanelRun[] {
  return runs.filter(({ id }) => !hidden.includes(id));
}

/** The runs with the one started last on top, where a person looks for it. */
export function newestFirst(runs: readonly PanelRun[]): readonly PanelRun[] {
  return [...runs].sort((a, b) => Date.parse(b.started) - Date.parse(a.started));
}
