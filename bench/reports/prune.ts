import { number, type Report, verdictOf } from "../support/report.ts";
import { type Timing, timedRow, timingHead } from "../support/time.ts";

export interface PruneResult {
  readonly unit: "ms";
  /** The rival first, Secateur last. */
  readonly processes: readonly Timing[];
  /** Secateur against the rival. */
  readonly ratio: number;
  readonly phases: readonly Timing[];
}

export function pruneReport({ processes, ratio, phases }: PruneResult): Report {
  const against = ({ median }: Timing) => median / (processes[0] as Timing).median;
  return {
    tables: [
      {
        title: "Pruning a model of 101 MB in 25 files: whole processes, ms",
        head: [...timingHead("process"), "ratio"],
        rows: processes.map((each) => [...timedRow(each), `${number(against(each))}×`]),
      },
      { title: "The same in one process, by phase, ms", head: timingHead("phase"), rows: phases.map(timedRow) },
    ],
    notes: [
      verdictOf({
        what: "secateur prune against read + write",
        measured: ratio,
        unit: "×",
        limit: 4,
        bound: "at most",
      }),
    ],
  };
}
