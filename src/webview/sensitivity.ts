import type { PanelRun } from "../protocol/panel.ts";
import { count, share } from "../pruning/metrics/quantities.ts";
import type { SensitivityAnalysis } from "../pruning/runs/run.ts";
import { formatShare } from "../pruning/text.ts";

type Group = SensitivityAnalysis["groups"][number];

/** Where a plot's points lie: its width and height, in units of its own. */
export const plotSize = { width: 120, height: 64 } as const;

/** Room for dots at the edges. */
const margin = 5;

export interface Dot {
  readonly x: number;
  readonly y: number;
  /** What it says, in words. */
  readonly title: string;
}

/** One group's small chart: accuracy over the share of its filters that is gone, the first dot with all of them. */
export interface SensitivityPlot {
  readonly name: string;
  /** `16 filters`. */
  readonly width: string;
  /** All of it in words. */
  readonly description: string;
  readonly dots: readonly Dot[];
}

/** An analysis as the page shows it: small charts of one scale, and the same as a table. */
export interface SensitivityModel {
  readonly key: string;
  readonly title: string;
  /** What there is to see, and on which scale. */
  readonly caption: string;
  /** Height of the accuracy with all filters. */
  readonly whole: number;
  readonly plots: readonly SensitivityPlot[];
  readonly ratios: readonly string[];
  readonly rows: readonly { readonly name: string; readonly width: string; readonly cells: readonly string[] }[];
  /** Why groups were not measured: sentences. */
  readonly left: readonly string[];
}

/** The analyses of some runs. */
export function sensitivityModels(runs: readonly PanelRun[]): SensitivityModel[] {
  return runs.flatMap((run) => run.sensitivity.map((analysis) => modelOf(run, analysis)));
}

function modelOf(run: PanelRun, analysis: SensitivityAnalysis): SensitivityModel {
  const { place, label, images, accuracy, ratios, groups, left, isDone } = analysis;
  const measured = groups.flatMap(({ points }) => points.map((point) => point.accuracy));
  const scale = scaleOf([accuracy, ...measured], ratios.at(-1) ?? 1);
  const range = `from ${formatShare(scale.low)} to ${formatShare(scale.high)}`;
  return {
    key: `${run.id} ${place}`,
    title: `${run.title}: ${label}${isDone ? "" : run.status === "running" ? " (being measured)" : " (not finished)"}`,
    caption: `Accuracy on ${count.format(images)} validation images, ${range}, with up to ${formatShare(ratios.at(-1) ?? 0)} of the filters of one group of layers removed; ${share.format(accuracy)} with all. The steeper, the more the model needs them.`,
    whole: scale.y(accuracy),
    plots: groups.map((group) => plotOf(group, accuracy, scale)),
    ratios: ratios.map((ratio) => `−${formatShare(ratio)}`),
    rows: groups.map((group) => ({
      name: group.layers.join(", "),
      width: count.format(group.channels),
      cells: ratios.map((ratio) => {
        const point = group.points.find((each) => each.ratio === ratio);
        return point ? share.format(point.accuracy) : "–";
      }),
    })),
    left: left.map(({ name, reason }) => `${name}: ${reason}`),
  };
}

interface Scale {
  readonly low: number;
  readonly high: number;
  x(ratio: number): number;
  y(accuracy: number): number;
}

/** The same for all groups of an analysis: whole tenths around what was measured. */
function scaleOf(accuracies: readonly number[], mostRemoved: number): Scale {
  const low = Math.floor(Math.min(0.9, ...accuracies) * 10 + 1e-9) / 10;
  const high = Math.ceil(Math.max(low + 0.1, ...accuracies) * 10 - 1e-9) / 10;
  const along = (length: number, part: number) => margin + (length - 2 * margin) * part;
  return {
    low,
    high,
    x: (ratio) => along(plotSize.width, ratio / mostRemoved),
    y: (accuracy) => along(plotSize.height, 1 - (accuracy - low) / (high - low)),
  };
}

function plotOf({ layers, channels, points }: Group, accuracy: number, { x, y }: Scale): SensitivityPlot {
  const width = `${count.format(channels)} filters`;
  const said = points.map((point) => ({
    x: x(point.ratio),
    y: y(point.accuracy),
    title: `${share.format(point.accuracy)} without ${count.format(point.removed)} (${formatShare(point.ratio)})`,
  }));
  const dots = [{ x: x(0), y: y(accuracy), title: `${share.format(accuracy)} with all ${width}` }, ...said];
  const name = layers.join(", ");
  return { name, width, dots, description: `${name}: ${dots.map(({ title }) => title).join(", ")}.` };
}
