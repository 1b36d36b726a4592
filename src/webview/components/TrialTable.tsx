import { useEffect, useRef } from "preact/hooks";
import type { TableModel } from "../rows.ts";
import type { Action } from "../state.ts";
import type { Post } from "./actions.ts";
import { gridTarget } from "./gridKeys.ts";
import { TableHead } from "./TableHead.tsx";
import { TrialRow } from "./TrialRow.tsx";

interface TrialTableProps {
  readonly model: TableModel;
  readonly selected: string | undefined;
  readonly dispatch: (action: Action) => void;
  readonly post: Post;
}

/**
 * The table twin of the chart: the same trials, for eyes, ears and keyboards. Rows are keyed, and moved with
 * `moveBefore` where they must, so a row keeps the focus while new trials sort themselves around it.
 */
export function TrialTable({ model, selected, dispatch, post }: TrialTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => reveal(scroller.current), [selected]);

  const current = model.rows.some(({ trial }) => trial.id === selected) ? selected : model.rows[0]?.trial.id;
  return (
    <section class="trials" aria-labelledby="trials-title">
      <h2 id="trials-title">
        Trials <span class="count">{model.rows.filter(({ baseline }) => !baseline).length}</span>
      </h2>
      <div class="scroller" ref={scroller}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: only a grid may take arrow keys
          role="grid"
          aria-labelledby="trials-title"
          onKeyDown={(event) => {
            const target = event.target instanceof HTMLElement ? gridTarget(event.target, event.key) : undefined;
            if (!target) return;
            event.preventDefault();
            target.focus();
          }}
        >
          <TableHead columns={model.columns} sorted={model.sorted} dispatch={dispatch} />
          <tbody>
            {model.rows.map((row) => (
              <TrialRow
                key={row.trial.id}
                row={row}
                columns={model.columns}
                selected={row.trial.id === selected}
                tabStop={row.trial.id === current}
                dispatch={dispatch}
                post={post}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Scrolls the selected row into view within the table, leaving the page where it is. */
function reveal(scroller: HTMLElement | null): void {
  const row = scroller?.querySelector<HTMLElement>("[aria-selected=true]");
  const head = scroller?.querySelector<HTMLElement>("thead");
  if (!scroller || !row || !head) return;
  const above = row.offsetTop - head.offsetHeight - scroller.scrollTop;
  const below = row.offsetTop + row.offsetHeight - scroller.clientHeight - scroller.scrollTop;
  if (above < 0) scroller.scrollTop += above;
  else if (below > 0) scroller.scrollTop += below;
}
