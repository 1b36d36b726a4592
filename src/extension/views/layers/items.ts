import type { FilterScore } from "../../../pruning/criteria/filters.ts";
import type { Inspection, LayerInspection } from "../../../pruning/metrics/inspection.ts";
import { largeCount } from "../../../pruning/metrics/quantities.ts";
import { formatCount, formatNumber, formatShare } from "../../../pruning/text.ts";
import { type ItemText, type Row, tooltipTable } from "../itemText.ts";

/** `28×28×32`, the batch left out; `?` where a length is open. */
export function formatShape(shape: LayerInspection["outputShape"]): string {
  if (shape === null) return "shape unknown";
  const lengths = shape.slice(1).map((length) => (length === null ? "?" : String(length)));
  return lengths.length === 0 ? "scalar" : lengths.join("×");
}

/** A layer, one line, its sparsity first for a narrow side bar; its tooltip has all numbers in full, and defines them. */
export function layerText(layer: LayerInspection): ItemText {
  const facts = [
    ...(layer.prunable ? [`${formatShare(layer.sparsity)} sparse`] : []),
    layer.type,
    formatShape(layer.outputShape),
    ...(layer.parameters > 0 ? [`${largeCount.format(layer.parameters)} params`] : []),
    ...(layer.macs !== null && layer.macs > 0 ? [`${largeCount.format(layer.macs)} MACs`] : []),
  ];
  return {
    label: layer.name,
    description: facts.join(" · "),
    tooltip: tooltipTable(`${layer.name} (${layer.type})`, layerRows(layer), { below: reasonLines(layer) }),
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

const notPruned = ({ reason }: LayerInspection): string =>
  `Not pruned: ${reason ?? "it has no weights that can be pruned"}`;

function reasonLines(layer: LayerInspection): string[] {
  if (!layer.prunable) return [notPruned(layer)];
  return layer.reason === undefined ? [] : [layer.reason];
}

/** Fills up as the layer empties. */
function sparsityIcon(sparsity: number): string {
  if (sparsity === 0) return "circle-large-outline";
  return sparsity < 1 ? "color-mode" : "circle-large-filled";
}

/** Why a layer that cannot be pruned cannot, as its only child. */
export const reasonText = (layer: LayerInspection): ItemText => lonelyText(notPruned(layer), "info");

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

const lonelyText = (label: string, icon: string): ItemText => ({
  label,
  description: "",
  tooltip: "",
  icon,
  spoken: label,
});

/** In place of layers while the model is looked at. */
export const loadingText = (title: string): ItemText => lonelyText(`Looking at ${title} …`, "loading~spin");

/** In place of layers when the model cannot be looked at. */
export const failedText = (sentence: string): ItemText => lonelyText(sentence, "error");

/** The item that shows more filters of a long list. */
export function moreText(layer: LayerInspection, shown: number, step: number): ItemText {
  const left = (layer.filters?.length ?? 0) - shown;
  const label = `Show ${formatCount(Math.min(step, left))} more`;
  const description = `${formatCount(left)} not shown`;
  return { label, description, tooltip: "", icon: "ellipsis", spoken: `${label}, ${description}` };
}

/** The words beside the view's title: which model, and how sparse. */
export const headText = (title: string, { sparsity }: Inspection): string =>
  `${title} · ${formatShare(sparsity)} sparse`;

/** The line above the layers: how large the model is. */
export function sizeText({ parameters, macs }: Inspection): string {
  const params = `${formatCount(parameters)} params`;
  return macs === null ? params : `${params} · ${largeCount.format(macs)} MACs`;
}
