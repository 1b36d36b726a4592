import type { PanelRun } from "../../protocol/panel.ts";
import type { Action } from "../state.ts";
import { describeStatus } from "../words.ts";
import { Marker } from "./Marker.tsx";

interface LegendProps {
  readonly runs: readonly PanelRun[];
  readonly hidden: readonly string[];
  readonly dispatch: (action: Action) => void;
}

/** The runs, with their colours and shapes; a tick shows a run on the chart and in the table. */
export function Legend({ runs, hidden, dispatch }: LegendProps) {
  const ids = runs.map(({ id }) => id);
  const visible = ids.filter((id) => !hidden.includes(id)).length;
  return (
    <section class="legend" aria-labelledby="legend-title">
      <div class="heading">
        <h2 id="legend-title">Runs</h2>
        {runs.length > 1 && (
          <button
            type="button"
            class="link"
            onClick={() => dispatch({ type: "show", runs: ids, shown: visible < ids.length })}
          >
            {visible < ids.length ? "Show all" : "Hide all"}
          </button>
        )}
      </div>
      <ul>
        {runs.map((run) => (
          <LegendRun key={run.id} run={run} shown={!hidden.includes(run.id)} dispatch={dispatch} />
        ))}
      </ul>
    </section>
  );
}

interface LegendRunProps {
  readonly run: PanelRun;
  readonly shown: boolean;
  readonly dispatch: (action: Action) => void;
}

function LegendRun({ run, shown, dispatch }: LegendRunProps) {
  return (
    <li>
      <label>
        <input
          type="checkbox"
          checked={shown}
          onChange={({ currentTarget }) => dispatch({ type: "show", runs: [run.id], shown: currentTarget.checked })}
        />
        <Marker series={run.colour} />
        <span class="name">{run.title}</span>
        <span class="model">{run.modelName}</span>
        <span class={`status ${run.status}`}>{describeStatus(run)}</span>
      </label>
      {run.error !== undefined && <p class="error">{run.error}</p>}
    </li>
  );
}
