import { useLayoutEffect, useRef } from "preact/hooks";
import { formatMetric, metricDefinitions, metricValue } from "../../pruning/metrics/definitions.ts";
import type { Hit } from "../chart.ts";
import { Marker } from "./Marker.tsx";

/** Between the point and the tooltip, and between the tooltip and the edges of the page, in CSS pixels. */
const GAP = 16;
const EDGE = 4;

/** Trials on one spot are shown side by side, as many as fit. */
const MOST = 3;

/** All numbers of the trials under the pointer. Says nothing that the table and the details do not say too. */
export function Tooltip({ hit }: { readonly hit: Hit }) {
  const told = hit.points.slice(0, MOST);
  const metrics = metricDefinitions.filter(({ key }) =>
    told.some(({ trial }) => metricValue(trial.metrics, key) !== undefined),
  );
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place(box.current, hit), [hit]);
  return (
    <div class="tooltip" ref={box} aria-hidden="true">
      <ul>
        {told.map(({ id, run, trial, baseline, beaten }) => (
          <li key={id}>
            <Marker series={run.colour} baseline={baseline} filled={!beaten} /> <strong>{trial.label}</strong>{" "}
            <span class="run">{run.title}</span>
          </li>
        ))}
      </ul>
      <table>
        {told.length > 1 && (
          <thead>
            <tr>
              <td />
              {told.map(({ id, run, baseline, beaten }) => (
                <td key={id}>
                  <Marker series={run.colour} baseline={baseline} filled={!beaten} />
                </td>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {metrics.map(({ key, title }) => (
            <tr key={key}>
              <th>{title}</th>
              {told.map(({ id, trial }) => (
                <td key={id}>{formatMetric(trial.metrics, key)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {told.flatMap(({ id, trial }) => trial.notes.map((note) => <p key={`${id} ${note}`}>{note}</p>))}
      {hit.points.length > MOST && <p>{hit.points.length - MOST} more on this spot.</p>}
    </div>
  );
}

/** Puts the tooltip beside its point: to the right where there is room, and wholly within the page if it fits. */
function place(box: HTMLElement | null, { left, top }: Hit): void {
  const origin = box?.parentElement?.getBoundingClientRect();
  if (!box || !origin) return;
  const [x, y] = [origin.left + left, origin.top + top];
  const { offsetWidth: width, offsetHeight: height } = box;
  const fitsRight = x + GAP + width <= window.innerWidth - EDGE;
  const within = (from: number, size: number, all: number) => Math.max(EDGE, Math.min(from, all - EDGE - size));
  const across = within(fitsRight ? x + GAP : x - GAP - width, width, window.innerWidth);
  const down = within(y - height / 2, height, window.innerHeight);
  box.style.left = `${across - origin.left}px`;
  box.style.top = `${down - origin.top}px`;
}
