import { type Report, verdictOf } from "../support/report.ts";
import { type Timing, timedRow, timingHead } from "../support/time.ts";

export interface InspectResult {
  readonly unit: "ms";
  readonly timings: readonly Timing[];
  /** How many files that hold TensorFlow.js were loaded; `evaluate` is the control. */
  readonly filesWithTensorFlow: { readonly inspect: number; readonly evaluate: number };
}

export function inspectReport({ timings, filesWithTensorFlow: { inspect, evaluate } }: InspectResult): Report {
  const title = "Inspecting a model of 101 MB: whole processes, ms";
  return {
    tables: [{ title, head: timingHead("process"), rows: timings.map(timedRow) }],
    notes: [
      `Files with TensorFlow.js loaded: by inspect ${inspect}, by evaluate ${evaluate}.`,
      verdictOf({
        what: "files with TensorFlow.js loaded by inspect",
        measured: inspect,
        unit: "",
        limit: 0,
        bound: "at most",
      }),
    ],
  };
}
