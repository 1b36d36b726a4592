import * as v from "valibot";
import type { Run } from "../pruning/runs/run.ts";

// The channel between the extension host and the Pareto page. The host sends whole snapshots, so that a page
// that slept or reloaded misses nothing; the page sends what a person did.

/** A run with the place of its colour and point shape, which it keeps for life. */
export interface PanelRun extends Run {
  readonly colour: number;
  /** Folder name of the model, for the legend. */
  readonly modelName: string;
}

export interface PanelState {
  readonly type: "state";
  readonly runs: readonly PanelRun[];
  /** Trial id to show as selected. */
  readonly selected?: string;
}

export type ToPanel = PanelState;

/** What the page may say, as a schema: the host checks every message with it and logs what does not fit. */
export const fromPanelSchema = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  /** A person selected a trial; the side bar follows. */
  v.object({ type: v.literal("select"), trial: v.string() }),
  v.object({ type: v.literal("openModel"), trial: v.string() }),
  v.object({ type: v.literal("revealModel"), trial: v.string() }),
  v.object({ type: v.literal("inspectModel"), trial: v.string() }),
]);
export type FromPanel = v.InferOutput<typeof fromPanelSchema>;
