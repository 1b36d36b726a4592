import type { Inspection, LayerInspection } from "../../../pruning/metrics/inspection.ts";
import { largeCount } from "../../../pruning/metrics/quantities.ts";
import { formatCount, formatShare } from "../../../pruning/text.ts";
import type { ItemText } from "../itemText.ts";
import type { Criterion } from "./filterItem.ts";
import { notPruned } from "./layerItem.ts";

// What the Layers view says beside its layers and filters.

/** Why a layer that cannot be pruned cannot, as its only child. */
export const reasonText = (layer: LayerInspection): ItemText => lonelyText(notPruned(layer), "info");

/** In place of a layer's filters, where the criterion says nothing of them. */
export const unrankedText = (criterion: Criterion): ItemText =>
  lonelyText(`${criterion.title} says nothing of these filters; rank by another criterion`, "info");

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
export function moreText(count: number, shown: number, step: number): ItemText {
  const left = count - shown;
  const label = `Show ${formatCount(Math.min(step, left))} more`;
  const description = `${formatCount(left)} not shown`;
  return { label, description, tooltip: "", icon: "ellipsis", spoken: `${label}, ${description}` };
}

/** The words beside the view's title: which model, and how sparse. */
export const headText = (title: string, { sparsity }: Inspection): string =>
  `${title} · ${formatShare(sparsity)} sparse`;

/** The line above the layers: how large the model is, and what ranks its filters. */
export function sizeText({ parameters, macs }: Inspection, criterion: Criterion): string {
  return [
    `${formatCount(parameters)} params`,
    ...(macs === null ? [] : [`${largeCount.format(macs)} MACs`]),
    `ranked by ${criterion.title}`,
  ].join(" · ");
}
