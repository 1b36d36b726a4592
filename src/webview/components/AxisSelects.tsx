import type { MetricDefinition } from "../../pruning/metrics/definitions.ts";
import type { MetricName } from "../../pruning/runs/run.ts";
import type { Axes } from "../axes.ts";
import type { Action } from "../state.ts";

interface AxisSelectsProps {
  readonly axes: Axes;
  readonly dispatch: (action: Action) => void;
}

/** The heading of the chart, in which both axes can be chosen: `Accuracy against Sparsity`. */
export function AxisSelects({ axes, dispatch }: AxisSelectsProps) {
  const choose = (axis: "x" | "y") => (metric: MetricName) => dispatch({ type: "axis", axis, metric });
  return (
    <div class="axes">
      <MetricSelect label="Vertical axis" value={axes.y} options={axes.ys} choose={choose("y")} />
      <span>against</span>
      <MetricSelect label="Horizontal axis" value={axes.x} options={axes.xs} choose={choose("x")} />
    </div>
  );
}

interface MetricSelectProps {
  readonly label: string;
  readonly value: MetricDefinition;
  readonly options: readonly MetricDefinition[];
  readonly choose: (metric: MetricName) => void;
}

function MetricSelect({ label, value, options, choose }: MetricSelectProps) {
  const pick = (index: number) => {
    const metric = options[index];
    if (metric) choose(metric.key);
  };
  return (
    <select
      aria-label={label}
      title={value.definition}
      value={value.key}
      disabled={options.length < 2}
      onChange={({ currentTarget }) => pick(currentTarget.selectedIndex)}
    >
      {options.map(({ key, title }) => (
        <option key={key} value={key}>
          {title}
        </option>
      ))}
    </select>
  );
}
