import { formatMetric } from "../../pruning/metrics/definitions.ts";
import type { TableModel, TableRow } from "../rows.ts";
import type { Action, Column } from "../state.ts";
import { modelActions, type Post } from "./actions.ts";
import { Icon } from "./Icon.tsx";
import { Marker } from "./Marker.tsx";

interface TrialRowProps {
  readonly row: TableRow;
  readonly columns: TableModel["columns"];
  readonly selected: boolean;
  /** Whether this row is the one in the tab order. */
  readonly tabStop: boolean;
  readonly dispatch: (action: Action) => void;
  readonly post: Post;
}

/** One trial. Focus selects it, Enter or a double click opens its model. */
export function TrialRow({ row, columns, selected, tabStop, dispatch, post }: TrialRowProps) {
  const { id, label: name } = row.trial;
  const tabIndex = tabStop ? 0 : -1;
  const open = () => post({ type: "openModel", trial: id });
  return (
    <tr
      tabIndex={tabIndex}
      aria-selected={selected}
      onFocusIn={() => dispatch({ type: "select", trial: id })}
      onDblClick={open}
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target === event.currentTarget) open();
      }}
    >
      {columns.map((column) => (
        <Cell key={column} column={column} row={row} />
      ))}
      <td class="actions" onDblClick={(event) => event.stopPropagation()}>
        {modelActions.map(({ type, icon, label, title }) => (
          <button
            key={type}
            type="button"
            title={title}
            aria-label={`${label} ${name}`}
            tabIndex={tabIndex}
            onClick={() => post({ type, trial: id })}
          >
            <Icon name={icon} />
          </button>
        ))}
      </td>
    </tr>
  );
}

function Cell({
  column,
  row: { run, trial, baseline, onFront, beaten },
}: {
  readonly column: Column;
  readonly row: TableRow;
}) {
  switch (column) {
    case "trial":
      return (
        <th scope="row" class="trial" title={trial.label}>
          <Marker series={run.colour} baseline={baseline} filled={!beaten} />
          {trial.label}
        </th>
      );
    case "run":
      return (
        <td class="run" title={run.title}>
          {run.title}
        </td>
      );
    case "front":
      return <td class="front">{onFront && <OnFront />}</td>;
    default:
      return <td class="number">{formatMetric(trial.metrics, column)}</td>;
  }
}

function OnFront() {
  return (
    <svg viewBox="0 0 16 16" role="img" aria-label="on the front">
      <path d="m3 8.5 3.5 3.5L13 4.5" />
    </svg>
  );
}
