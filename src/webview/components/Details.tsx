import { formatMetric, metricDefinitions, metricValue } from "../../pruning/metrics/definitions.ts";
import type { Metrics } from "../../pruning/runs/run.ts";
import type { Entry } from "../entries.ts";
import { modelActions, type Post } from "./actions.ts";
import { Icon } from "./Icon.tsx";
import { Marker } from "./Marker.tsx";

interface DetailsProps {
  readonly entry: Entry | undefined;
  readonly post: Post;
}

/** Everything about the selected trial: its numbers beside the unpruned model's, its notes, its actions. */
export function Details({ entry, post }: DetailsProps) {
  if (!entry)
    return (
      <section class="details" aria-label="Selected trial">
        <p class="hint">Select a point or a row to see the trial's numbers and notes.</p>
      </section>
    );
  const { run, trial, baseline } = entry;
  return (
    <section class="details" aria-labelledby="details-title">
      <h2 id="details-title">
        <Marker series={run.colour} baseline={baseline} /> {trial.label}
      </h2>
      <p class="run">
        {run.title} · {run.modelName}
      </p>
      <div class="actions">
        {modelActions.map(({ type, icon, label, title }) => (
          <button key={type} type="button" title={title} onClick={() => post({ type, trial: trial.id })}>
            <Icon name={icon} /> {label}
          </button>
        ))}
      </div>
      {trial.notes.length > 0 && (
        <ul class="notes">
          {trial.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Comparison metrics={trial.metrics} unpruned={baseline ? undefined : run.baseline?.metrics} />
    </section>
  );
}

interface ComparisonProps {
  readonly metrics: Metrics;
  readonly unpruned: Metrics | undefined;
}

function Comparison({ metrics, unpruned }: ComparisonProps) {
  const change = (key: keyof Metrics, quantity: (typeof metricDefinitions)[number]["quantity"]) => {
    const [value, before] = [metricValue(metrics, key), unpruned && metricValue(unpruned, key)];
    return value === undefined || before === undefined ? "" : quantity.change(value, before);
  };
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Value</th>
          {unpruned && (
            <th scope="col" title="Against the unpruned model">
              Change
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {metricDefinitions
          .filter(({ key }) => metricValue(metrics, key) !== undefined)
          .map(({ key, title, definition, quantity }) => (
            <tr key={key}>
              <th scope="row" title={definition}>
                {title}
              </th>
              <td>{formatMetric(metrics, key)}</td>
              {unpruned && <td class="change">{change(key, quantity)}</td>}
            </tr>
          ))}
      </tbody>
    </table>
  );
}
