import { useState } from "preact/hooks";
import { metricDefinition } from "../../pruning/metrics/definitions.ts";
import type { TableModel } from "../rows.ts";
import type { Action, Column } from "../state.ts";

interface TableHeadProps {
  readonly columns: TableModel["columns"];
  readonly sorted: TableModel["sorted"];
  readonly dispatch: (action: Action) => void;
}

/** Headings that sort; one of them is in the tab order, arrow keys reach the others. */
export function TableHead({ columns, sorted, dispatch }: TableHeadProps) {
  const [current, setCurrent] = useState<Column>("trial");
  const stop = columns.includes(current) ? current : "trial";
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const order = sorted?.column === column ? (sorted.descending ? "descending" : "ascending") : "none";
          const { title, hint, explained } = heading(column);
          return (
            <th key={column} scope="col" aria-sort={order} class={explained ? "number" : column}>
              <button
                type="button"
                title={hint}
                aria-describedby={explained}
                tabIndex={column === stop ? 0 : -1}
                onFocusIn={() => setCurrent(column)}
                onClick={() => dispatch({ type: "sort", column })}
              >
                {title}
                <svg class={`order ${order}`} viewBox="0 0 8 8" aria-hidden="true">
                  <path d="M1 6 4 2l3 4Z" />
                </svg>
              </button>
            </th>
          );
        })}
        <th scope="col" class="actions">
          <span class="visually-hidden">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

interface Heading {
  readonly title: string;
  readonly hint: string;
  /** Id of the glossary entry that says what a metric is. */
  readonly explained?: string;
}

function heading(column: Column): Heading {
  switch (column) {
    case "trial":
      return { title: "Trial", hint: "What was asked for" };
    case "run":
      return { title: "Run", hint: "The run the trial belongs to" };
    case "front":
      return { title: "Front", hint: "Whether the trial is on the Pareto front of the chart" };
    default: {
      const { title, definition } = metricDefinition(column);
      return { title, hint: definition, explained: `define-${column}` };
    }
  }
}
