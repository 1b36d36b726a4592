import { count, share } from "../pruning/metrics/quantities.ts";
import type { SensitivityAnalysis } from "../pruning/runs/run.ts";
import { formatShare } from "../pruning/text.ts";
import { table } from "./output.ts";

/** How sensitive a model is: a row a group of layers, a column a share of its filters removed, in them the accuracy. */
export function describeSensitivity(analysis: SensitivityAnalysis): string {
  const { label, images, accuracy, ratios, groups, left, isDone } = analysis;
  const rows = groups.map(({ layers, channels, points }) => [
    layers.join(", "),
    count.format(channels),
    ...ratios.map((ratio) => {
      const point = points.find((each) => each.ratio === ratio);
      return point ? share.format(point.accuracy) : "–";
    }),
  ]);
  const numbers = ["Filters", ...ratios.map((ratio) => `−${formatShare(ratio)}`)];
  return [
    `${label}${isDone ? "" : " (not finished)"}: accuracy on ${count.format(images)} validation images without a share of the filters of one row alone; ${share.format(accuracy)} with all.`,
    table(
      ["Layers", ...numbers],
      rows,
      numbers.map((_, column) => column + 1),
    ),
    ...left.map(({ name, reason }) => `${name} is not measured: ${reason}`),
  ].join("\n");
}
