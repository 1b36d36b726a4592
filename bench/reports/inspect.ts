import { type Report, verdictOf } from "../support/report.ts";
import { type Timing, timedRow, timingHead } from "../support/time.ts";

export interface InspectResult {
  readonly unit: "ms";
  readonly timings: readonly Timing[];
  /** Of a model of the size of Inception v3. */
  readonly groups: {
    readonly processes: readonly Timing[];
    /** Within one process: the channel groups, and half of every group taken out. */
    readonly phases: readonly Timing[];
  };
  /** How many files that hold TensorFlow.js were loaded; `evaluate` is the control. */
  readonly filesWithTensorFlow: { readonly inspect: number; readonly evaluate: number };
}

/** `inspect --groups` must be done in this, in ms. */
const groupsLimit = 3000;

export function inspectReport({ timings, groups, filesWithTensorFlow: { inspect, evaluate } }: InspectResult): Report {
  const title = "Inspecting a model of 101 MB: whole processes, ms";
  return {
    tables: [
      { title, head: timingHead("process"), rows: timings.map(timedRow) },
      {
        title: "Channel groups of a model of 313 layers and 22 million weights: whole processes, and within one, ms",
        head: timingHead("process or phase"),
        rows: [...groups.processes, ...groups.phases].map(timedRow),
      },
    ],
    notes: [
      `Files with TensorFlow.js loaded: by inspect ${inspect}, by evaluate ${evaluate}.`,
      verdictOf({
        what: "files with TensorFlow.js loaded by inspect",
        measured: inspect,
        unit: "",
        limit: 0,
        bound: "at most",
      }),
      verdictOf({
        what: "inspect --groups",
        measured: groups.processes.at(-1)?.median ?? Number.NaN,
        unit: " ms",
        limit: groupsLimit,
        bound: "at most",
      }),
    ],
  };
}
