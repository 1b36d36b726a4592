import {
  formatMetric,
  metricDefinition,
  metricDefinitions,
  metricValue,
  type Quality,
  qualityMetric,
} from "../../../pruning/metrics/definitions.ts";
import { titleOf } from "../../../pruning/recipe/title.ts";
import { backendText, choiceText } from "../../../pruning/runs/backendText.ts";
import type { Run, RunStatus, SensitivityAnalysis, Trial } from "../../../pruning/runs/run.ts";
import { formatCount, formatShare } from "../../../pruning/text.ts";
import { isBaseline } from "../../runs/order.ts";
import { escapeMarkdown, type ItemText, type Row, tooltipTable } from "../itemText.ts";

const statusIcons: Record<RunStatus, string> = {
  running: "loading~spin",
  done: "circle-filled",
  failed: "error",
  cancelled: "circle-slash",
  interrupted: "warning",
};

const statusWords: Record<RunStatus, string> = {
  running: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  interrupted: "interrupted: its process ended before it was done",
};

/** `3 models` and the like. */
export const countOf = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** A run, one line. */
export function runText(run: Run, now: Date): ItemText {
  const label = run.title || titleOf(run.model);
  const status = run.status === "done" ? "" : `${run.status} · `;
  const description = `${status}${countOf(run.trials.length, "model")} · ${when(run.started, now)}`;
  return {
    label,
    description,
    tooltip: tooltipTable(label, runRows(run), {
      values: "words",
      below: [...(run.error ? [run.error] : []), ...(run.data?.notes ?? [])],
    }),
    icon: statusIcons[run.status],
    spoken: `${label}, ${statusWords[run.status]}, ${countOf(run.trials.length, "pruned model")}, started ${when(run.started, now)}`,
  };
}

function runRows(run: Run): Row[] {
  const { data, backend, machine, versions } = run;
  const chosenBy = backend && choiceText(backend);
  const measured =
    data && `${data.path}: ${formatCount(data.examples)} examples of ${data.split}, scaled ${data.scaling}`;
  return [
    ["Status", statusWords[run.status]],
    ["Model", run.model],
    ["Started", [new Date(run.started).toLocaleString(), ...duration(run)].join(", ")],
    ["Data", measured ?? "none, so sizes only"],
    ...(backend ? [["Backend", backendText(backend)] as const] : []),
    ...(chosenBy ? [["Chosen by", chosenBy] as const] : []),
    ["Machine", `${machine.cpu}, ${countOf(machine.cores, "core")}, Node ${versions.node.replace(/^v/, "")}`],
  ];
}

function duration({ started, resumed, finished }: Run): string[] {
  if (resumed !== undefined) return [`resumed ${new Date(resumed).toLocaleString()}`];
  if (finished === undefined) return [];
  const seconds = (Date.parse(finished) - Date.parse(started)) / 1000;
  return [seconds < 90 ? `took ${Math.round(seconds)} s` : `took ${Math.round(seconds / 60)} min`];
}

/** Time of day for today, else the date. */
function when(iso: string, now: Date): string {
  const time = new Date(iso);
  const today = time.toDateString() === now.toDateString();
  return today
    ? time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString([], { month: "short", day: "numeric", year: "numeric" });
}

/** A run folder that does not read back. */
export const unreadableText = (name: string, reason: string): ItemText => ({
  label: name,
  description: "cannot be read",
  tooltip: escapeMarkdown(reason),
  icon: "error",
  spoken: `${name} cannot be read: ${reason}`,
});

/** A trial, one line: its two main numbers beside the name, all of them in the tooltip, against the baseline's. */
export function trialText(trial: Trial, baseline?: Trial): ItemText {
  const { label, metrics } = trial;
  const quality = qualityMetric([trial]);
  const result = quality ? inWords(trial, quality) : `${formatMetric(metrics, "gzipBytes")} gzipped`;
  // What was asked for stands in the name, so that the result comes first for a narrow side bar.
  const facts = [result, `${formatShare(metrics.sparsity)} sparse`];
  return {
    label,
    description: facts.join(" · "),
    tooltip: tooltipTable(label, trialRows(trial, baseline), { below: trial.notes }),
    icon: isBaseline(trial) ? "home" : "circle-small-filled",
    spoken: `${label}, ${facts.join(", ")}`,
  };
}

/** `87.5 % accuracy` */
const inWords = ({ metrics }: Trial, quality: Quality): string =>
  `${formatMetric(metrics, quality)} ${metricDefinition(quality).title.toLowerCase()}`;

function trialRows({ id, metrics }: Trial, baseline: Trial | undefined): Row[] {
  return metricDefinitions.flatMap(({ key, title, quantity }): Row[] => {
    const [value, before] = [metricValue(metrics, key), baseline && metricValue(baseline.metrics, key)];
    if (value === undefined) return [];
    const compared = before !== undefined && id !== baseline?.id;
    return [[title, quantity.format(value), compared ? quantity.change(value, before) : ""]];
  });
}

/**
 * One sentence on what a finished run has shown: the sparsest model that keeps its accuracy (without labels, its
 * agreement) within a point of the baseline, or the best there is.
 */
export function summaryText(run: Run): string {
  const [analysis] = run.sensitivity;
  if (run.trials.length === 0 && analysis) return sensitivityText(analysis);
  const made = `Pruned ${countOf(run.trials.length, "model")}`;
  const quality = qualityMetric(run.trials);
  const best = bestTrial(run, quality);
  if (!best) return `${made}.`;
  const sparsity = formatShare(best.metrics.sparsity);
  if (!quality || metricValue(best.metrics, quality) === undefined)
    return `${made}: ${sparsity} sparse is ${formatMetric(best.metrics, "gzipBytes")} gzipped.`;
  const before =
    quality === "accuracy" && run.baseline ? ` (${formatMetric(run.baseline.metrics, quality)} unpruned)` : "";
  return `${made}: ${sparsity} sparse keeps ${inWords(best, quality)}${before}.`;
}

/** `Measured the sensitivity of 4 groups of layers: conv1 bears pruning least, dense1 best.` */
function sensitivityText({ groups }: SensitivityAnalysis): string {
  const meanOf = ({ points }: SensitivityAnalysis["groups"][number]) =>
    points.reduce((sum, { accuracy }) => sum + accuracy, 0) / points.length;
  const inOrder = groups.toSorted((a, b) => meanOf(a) - meanOf(b));
  const [least, best] = [inOrder[0]?.name, inOrder.at(-1)?.name];
  const compared = groups.length > 1 ? `: ${least} bears pruning least, ${best} best` : "";
  return `Measured the sensitivity of ${countOf(groups.length, "group")} of layers${compared}.`;
}

function bestTrial(run: Run, quality: Quality | undefined): Trial | undefined {
  const sparsest = run.trials.toSorted((a, b) => b.metrics.sparsity - a.metrics.sparsity);
  const asked = quality && run.baseline && metricValue(run.baseline.metrics, quality);
  if (asked === undefined) return sparsest[0];
  const measured = (trial: Trial) => metricValue(trial.metrics, quality as Quality) ?? Number.NEGATIVE_INFINITY;
  const good = sparsest.find((trial) => measured(trial) >= asked - 0.01);
  return good ?? sparsest.toSorted((a, b) => measured(b) - measured(a))[0];
}
