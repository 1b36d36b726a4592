import type { PanelRun } from "../protocol/panel.ts";
import { metricDefinitions, metricValue } from "../pruning/metrics/definitions.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { type Column, type Intent, startsDescending } from "./state.ts";

export interface TableRow extends Entry {
  readonly onFront: boolean;
  /** Whether another trial is on the Pareto front and this one is not. */
  readonly beaten: boolean;
}

/** The table twin of the chart. */
export interface TableModel {
  /** Those that tell rows apart: metrics that at least one trial has, the run where there are several. */
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
  readonly sorted?: { readonly column: Column; readonly descending: boolean };
}

const byName = new Intl.Collator("en", { numeric: true });

/** The table of these runs; `front` holds the ids of trials on the Pareto front, if there is one. */
export function tableModel(shown: readonly PanelRun[], front: ReadonlySet<string>, sort: Intent["sort"]): TableModel {
  const rows = shown.flatMap(entriesOf).map((entry) => {
    const onFront = front.has(entry.trial.id);
    return { ...entry, onFront, beaten: front.size > 0 && !onFront };
  });
  const metrics = metricDefinitions
    .map(({ key }) => key)
    .filter((key) => rows.some(({ trial }) => metricValue(trial.metrics, key) !== undefined));
  const columns: Column[] = [
    "trial",
    ...(shown.length > 1 ? ["run" as const] : []),
    ...(front.size > 0 ? ["front" as const] : []),
    ...metrics,
  ];
  if (!sort || !columns.includes(sort.column)) return { columns, rows };
  const descending = startsDescending(sort.column) !== sort.reversed;
  return { columns, rows: ordered(rows, sort.column, descending), sorted: { column: sort.column, descending } };
}

/** Stable; rows without a value come last either way. */
function ordered(rows: readonly TableRow[], column: Column, descending: boolean): readonly TableRow[] {
  const direction = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [sortKey(a, column), sortKey(b, column)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    if (typeof left === "number" && typeof right === "number") return direction * (left - right);
    return direction * byName.compare(String(left), String(right));
  });
}

function sortKey({ run, trial, onFront }: TableRow, column: Column): string | number | undefined {
  switch (column) {
    case "run":
      return run.title;
    case "trial":
      return trial.label;
    case "front":
      return Number(onFront);
    default:
      return metricValue(trial.metrics, column);
  }
}
