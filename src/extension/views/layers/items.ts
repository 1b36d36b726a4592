import type { FilterScore } from "../../../pruning/criteria/filters.ts";
import type { Inspection, LayerInspection } from "../../../pruning/metrics/inspection.ts";
import { formatCount, formatNumber, formatShare } from "../../../pruning/text.ts";
import { type ItemText, type Row, tooltipTable } from "../itemText.ts";

/** `28 × 28 × 32`, the batch left out; `?` where a length is open. */
export function formatShape(shape: LayerInspection["outputShape"]): string {
  if (shape === null) return "shape unknown";
  const lengths = shape.slice(1).map((length) => (length === null ? "?" : String(length)));
  return lengths.length === 0 ? "scalar" : lengths.join(" × ");
}

const formatMacs = (macs: number | null): string => (macs === null ? "MACs unknown" : `${formatCount(macs)} MACs`);

/** A layer, one line; its tooltip defines every number. */
export function layerText(layer: LayerInspection): ItemText {
  const facts = [
    layer.type,
    formatShape(layer.outputShape),
    ...(layer.parameters > 0 ? [`${formatCount(layer.parameters)} params`] : []),
    ...(layer.macs !== null && layer.macs > 0 ? [formatMacs(layer.macs)] : []),
    ...(layer.prunable ? [`${formatShare(layer.sparsity)} sparse`] : []),
  ];
  return {
    label: layer.name,
    description: facts.join(" · "),
    tooltip: tooltipTable(`${layer.name} (${layer.type})`, layerRows(layer), reasonLines(layer)),
    icon: layer.prunable ? sparsityIcon(layer.sparsity) : "dash",
    spoken: [`${layer.name}, ${facts.join(", ")}`, ...reasonLines(layer)].join(". "),
  };
}

function layerRows(layer: LayerInspection): Row[] {
  return [
    ["Output shape", formatShape(layer.outputShape), "without the batch"],
    ["Parameters", formatCount(layer.parameters), "numbers the layer holds, biases included"],
    ["MACs", layer.macs === null ? "unknown" : formatCount(layer.macs), "multiply-adds for one example"],
    ["Sparsity", formatShare(layer.sparsity), "share of the kernel's weights that are zero"],
  ];
}

function reasonLines({ prunable, reason }: LayerInspection): string[] {
  if (reason === undefined) return [];
  return [prunable ? reason : `Not pruned: ${reason}`];
}

/** Fills up as the layer empties. */
function sparsityIcon(sparsity: number): string {
  if (sparsity === 0) return "circle-large-outline";
  return sparsity < 1 ? "color-mode" : "circle-large-filled";
}

/** Why a layer that cannot be pruned cannot, as its only child. */
export function reasonText(layer: LayerInspection): ItemText {
  const sentence = layer.reason ?? "it has no weights that can be pruned";
  return {
    label: `Not pruned: ${sentence}`,
    description: "",
    tooltip: "",
    icon: "info",
    spoken: `Not pruned: ${sentence}`,
  };
}

/** Outputs of a convolution are filters; all others are units. */
export const filterWord = (layer: LayerInspection): "Filter" | "Unit" => (/conv/i.test(layer.type) ? "Filter" : "Unit");

/** What a filter's line needs besides the filter. */
export interface Ranking {
  /** 1 for the most important. */
  readonly rank: number;
  readonly count: number;
  /** Sum of the scores of the layer's filters. */
  readonly total: number;
  readonly criterion: { readonly title: string; readonly description: string };
}

export function filterText(layer: LayerInspection, filter: FilterScore, ranking: Ranking): ItemText {
  const { rank, count, total, criterion } = ranking;
  const label = `${filterWord(layer)} ${filter.index}`;
  const share = total > 0 ? filter.score / total : 0;
  const score = formatNumber(filter.score);
  return {
    label,
    description: filter.score === 0 ? "0 · all its weights are zero" : `${score} · ${formatShare(share)}`,
    tooltip: tooltipTable(`${label} of ${layer.name}`, [
      ["Rank", `${formatCount(rank)} of ${formatCount(count)}`, "1 is the most important"],
      [criterion.title, score, criterion.description],
      ["Share", formatShare(share), "of the sum over the layer"],
    ]),
    icon: filter.score === 0 ? "circle-slash" : "circle-small-filled",
    spoken: `${label}, rank ${rank} of ${count}, ${criterion.title} ${score}, ${formatShare(share)} of the layer`,
  };
}

/** The item that shows more filters of a long list. */
export function moreText(layer: LayerInspection, shown: number, step: number): ItemText {
  const left = (layer.filters?.length ?? 0) - shown;
  const label = `Show ${formatCount(Math.min(step, left))} more`;
  const description = `${formatCount(left)} not shown`;
  return { label, description, tooltip: "", icon: "ellipsis", spoken: `${label}, ${description}` };
}

/** The line beside the view's title. */
export function summaryText(inspection: Inspection): string {
  return `${formatShare(inspection.sparsity)} sparse · ${formatCount(inspection.parameters)} params`;
}
