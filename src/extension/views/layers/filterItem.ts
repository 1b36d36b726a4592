import type { WeightCriterion } from "../../../pruning/criteria/registry.ts";
import type { FilterInspection, LayerInspection } from "../../../pruning/metrics/inspection.ts";
import { formatCount, formatNumber, formatShare } from "../../../pruning/text.ts";
import { escapeMarkdown, type LineText, type Row, tooltipTable } from "../itemText.ts";
import type { Tie } from "./groups.ts";
import type { Picture } from "./heatMap.ts";

/** Outputs of a convolution are filters; all others are units. */
export const filterWord = (layer: LayerInspection): "Filter" | "Unit" => (/conv/i.test(layer.type) ? "Filter" : "Unit");

/** What ranks filters, in words. */
export type Criterion = Pick<WeightCriterion, "title" | "description">;

/** What a filter's line needs besides the filter. */
export interface Ranking {
  /** 1 for the most important. */
  readonly rank: number;
  readonly count: number;
  /** Sum of the scores of the layer's filters. */
  readonly total: number;
  readonly criterion: Criterion;
}

/** A filter, one line: rank, score, share of the layer's total, and what is odd about it. */
export function filterText(layer: LayerInspection, filter: FilterInspection, ranking: Ranking): LineText {
  const { rank, count, criterion } = ranking;
  const label = `${filterWord(layer)} ${filter.index}`;
  const [score, share] = [formatNumber(filter.score), formatShare(shareOf(filter, ranking))];
  const marks = marksOf(layer, filter);
  return {
    label,
    description: [`#${formatCount(rank)}`, score, share, ...marks].join(" · "),
    icon: filterIcon(filter),
    spoken: [`${label}, rank ${rank} of ${count}, ${criterion.title} ${score}, ${share} of the layer`, ...marks].join(
      ", ",
    ),
  };
}

const shareOf = ({ score }: FilterInspection, { total }: Ranking): number => (total > 0 ? score / total : 0);

function marksOf(layer: LayerInspection, { dead, duplicateOf, locked }: FilterInspection): string[] {
  return [
    ...(dead ? ["dead"] : []),
    ...(duplicateOf === undefined ? [] : [`duplicate of ${filterWord(layer).toLowerCase()} ${duplicateOf}`]),
    ...(locked ? ["locked"] : []),
  ];
}

function filterIcon({ dead, duplicateOf, locked }: FilterInspection): string {
  if (dead) return "circle-slash";
  if (duplicateOf !== undefined) return "copy";
  return locked ? "lock" : "circle-small-filled";
}

/**
 * A filter's numbers, each defined, what is odd about it, and its kernel. Markdown.
 * @param picture nothing where it cannot be had
 */
export function filterTooltip(
  layer: LayerInspection,
  filter: FilterInspection,
  ranking: Ranking,
  { ties, picture }: { readonly ties: readonly Tie[]; readonly picture?: Picture | undefined },
): string {
  const { rank, count, criterion } = ranking;
  const title = `${filterWord(layer)} ${filter.index} of ${layer.name}`;
  const rows: Row[] = [
    ["Rank", `${formatCount(rank)} of ${formatCount(count)}`, "1 is the most important"],
    [criterion.title, formatNumber(filter.score), criterion.description],
    ["Share", formatShare(shareOf(filter, ranking)), "of the sum over the layer"],
  ];
  const reason = ties.find(({ makes }) => makes)?.group.locked ?? ties[0]?.group.locked;
  const below = [
    ...(filter.dead ? ["Dead: all its weights are zero."] : []),
    ...(filter.duplicateOf === undefined ? [] : [`Duplicate: its weights are those of ${filter.duplicateOf}.`]),
    ...(filter.locked ? [`Locked: it may not be removed. ${reason ?? ""}`.trim()] : []),
  ];
  const table = tooltipTable(title, rows, { below });
  return picture ? `${table}\n\n${imageOf(picture)}\n\n${escapeMarkdown(picture.words)}` : table;
}

function imageOf({ svg, words }: Picture): string {
  return `![${escapeMarkdown(words)}](data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")})`;
}
