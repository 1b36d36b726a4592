import * as v from "valibot";
import type { PanelState } from "../protocol/panel.ts";
import { metricDefinition, metricDefinitions } from "../pruning/metrics/definitions.ts";
import type { MetricName } from "../pruning/runs/run.ts";
import { findEntry } from "./entries.ts";
import { announce, describeEntry } from "./words.ts";

const metric = v.picklist(metricDefinitions.map(({ key }) => key));
const column = v.union([metric, v.picklist(["trial", "run", "front"])]);

/** What a person chose, and nothing else: this is what outlives the page. */
const intentSchema = v.object({
  /** Absent: the best of what there is. */
  x: v.exactOptional(metric),
  y: v.exactOptional(metric),
  /** Ids of runs. */
  hidden: v.array(v.string()),
  sort: v.exactOptional(v.object({ column, reversed: v.boolean() })),
  /** Id of a trial. */
  selected: v.exactOptional(v.string()),
  /** The host's selection that was last followed; kept so that a page that is reloaded does not follow it again. */
  followed: v.exactOptional(v.string()),
});

export type Intent = v.InferOutput<typeof intentSchema>;
export type Column = v.InferOutput<typeof column>;

export interface State {
  /** Absent until the host has spoken. */
  readonly snapshot?: PanelState;
  readonly intent: Intent;
  /** For a screen reader, when it changes. */
  readonly said: string;
}

export type Action =
  | { readonly type: "snapshot"; readonly snapshot: PanelState }
  | { readonly type: "axis"; readonly axis: "x" | "y"; readonly metric: MetricName }
  | { readonly type: "show"; readonly runs: readonly string[]; readonly shown: boolean }
  | { readonly type: "sort"; readonly column: Column }
  /** `aloud` where nothing else would tell a screen reader. */
  | { readonly type: "select"; readonly trial: string; readonly aloud?: boolean };

/** The state a page starts with, from whatever `getState` gave back. */
export function initialState(persisted: unknown): State {
  const parsed = v.safeParse(intentSchema, persisted);
  return { intent: parsed.success ? parsed.output : { hidden: [] }, said: "" };
}

/** The state after an action. Keeps `intent` the same object where the action did not change it. */
export function reduce(state: State, action: Action): State {
  const { intent } = state;
  switch (action.type) {
    case "snapshot":
      return {
        snapshot: action.snapshot,
        intent: follow(state, action.snapshot),
        said: state.snapshot ? announce(state.snapshot, action.snapshot) || state.said : "",
      };
    case "axis":
      return { ...state, intent: { ...intent, [action.axis]: action.metric } };
    case "show": {
      const others = intent.hidden.filter((id) => !action.runs.includes(id));
      return { ...state, intent: { ...intent, hidden: action.shown ? others : [...others, ...action.runs] } };
    }
    case "sort":
      return { ...state, intent: sortBy(intent, action.column) };
    case "select": {
      if (intent.selected === action.trial && !action.aloud) return state;
      const entry = action.aloud ? findEntry(state.snapshot?.runs ?? [], action.trial) : undefined;
      return {
        ...state,
        intent: intent.selected === action.trial ? intent : { ...intent, selected: action.trial },
        said: entry ? describeEntry(entry) : state.said,
      };
    }
  }
}

/** Selects the trial the host newly asks for, and shows its run. */
function follow({ snapshot, intent }: State, { selected, runs }: PanelState): Intent {
  const before = snapshot ? snapshot.selected : intent.followed;
  if (selected === undefined || selected === before) return intent;
  const run = findEntry(runs, selected)?.run.id;
  return { ...intent, selected, followed: selected, hidden: intent.hidden.filter((id) => id !== run) };
}

/** A first click sorts, a second turns the order round, a third gives the order of the runs back. */
function sortBy({ sort, ...intent }: Intent, column: Column): Intent {
  if (sort?.column !== column) return { ...intent, sort: { column, reversed: false } };
  return sort.reversed ? intent : { ...intent, sort: { column, reversed: true } };
}

/** Whether a column's first order is from large to small: metrics start with the best. */
export function startsDescending(column: Column): boolean {
  if (column === "front") return true;
  return column !== "trial" && column !== "run" && metricDefinition(column).better === "higher";
}
