import { axesOf } from "../axes.ts";
import { entriesOf, findEntry, newestFirst, shownRuns } from "../entries.ts";
import { factorModels } from "../factors.ts";
import { tableModel } from "../rows.ts";
import { sensitivityModels } from "../sensitivity.ts";
import { chartModel } from "../series.ts";
import type { Action, State } from "../state.ts";
import { chartRemarks, emptyPage, missingChart } from "../words.ts";
import { AxisSelects } from "./AxisSelects.tsx";
import type { Post } from "./actions.ts";
import { ChartView } from "./ChartView.tsx";
import { Details } from "./Details.tsx";
import { Factors } from "./Factors.tsx";
import { Glossary } from "./Glossary.tsx";
import { Legend } from "./Legend.tsx";
import { Sensitivity } from "./Sensitivity.tsx";
import { TrialTable } from "./TrialTable.tsx";

interface AppProps {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly post: Post;
}

/** The Pareto page: a pure function of its state. */
export function App({ state, dispatch, post }: AppProps) {
  const { snapshot, intent, said } = state;
  if (!snapshot) return null;
  if (snapshot.runs.length === 0)
    return (
      <main class="empty">
        <h1>{emptyPage.title}</h1>
        <p>{emptyPage.text}</p>
      </main>
    );

  const runs = newestFirst(snapshot.runs);
  const shown = shownRuns(runs, intent.hidden);
  const axes = axesOf(shown.flatMap(entriesOf), intent);
  const chart = chartModel(shown, axes);
  const table = tableModel(shown, new Set(chart.front.map(({ id }) => id)), intent.sort);
  const selected = findEntry(shown, intent.selected);
  const missing = missingChart(shown, chart);
  return (
    <main class="board">
      <h1 class="visually-hidden">Pareto chart of pruned models</h1>
      <section class="figure" aria-label="Chart">
        {missing === undefined ? (
          <>
            <AxisSelects axes={axes} dispatch={dispatch} />
            <ChartView model={chart} selected={selected?.trial.id} dispatch={dispatch} post={post} />
            {chartRemarks(shown, axes, chart).map((remark) => (
              <p class="remark" key={remark}>
                {remark}
              </p>
            ))}
          </>
        ) : (
          <p class="chart missing">{missing}</p>
        )}
      </section>
      <div class="side">
        <Legend runs={runs} hidden={intent.hidden} dispatch={dispatch} />
        <Details entry={selected} post={post} />
      </div>
      <TrialTable model={table} selected={selected?.trial.id} dispatch={dispatch} post={post} />
      <Factors models={factorModels(shown)} />
      <Sensitivity models={sensitivityModels(shown)} />
      <Glossary />
      <div class="visually-hidden" role="status">
        {said}
      </div>
    </main>
  );
}
