import type { LayerInspection } from "../../../pruning/metrics/inspection.ts";
import { largeCount } from "../../../pruning/metrics/quantities.ts";
import { formatCount, formatShare } from "../../../pruning/text.ts";
import { type LineText, type Row, tooltipTable } from "../itemText.ts";
import { isLocked, type Tie, tieFacts, tieSentences } from "./groups.ts";

/** `28×28×32`, the batch left out; `?` where a length is open. */
export function formatShape(shape: LayerInspection["outputShape"]): string {
  if (shape === null) return "shape unknown";
  const lengths = shape.slice(1).map((length) => (length === null ? "?" : String(length)));
  return lengths.length === 0 ? "scalar" : lengths.join("×");
}

const barCells = 5;

/** A share of 0 to 1 as a bar of blocks: empty only at 0, full only at 1. */
export function sparsityBar(share: number): string {
  const between = Math.min(barCells - 1, Math.max(1, Math.round(share * barCells)));
  const full = share <= 0 ? 0 : share >= 1 ? barCells : between;
  return "▰".repeat(full) + "▱".repeat(barCells - full);
}

/** What is to be known of a layer beside what it is. */
export interface Standing {
  readonly ties: readonly Tie[];
  /** Whether a person has left it out of pruning. */
  readonly excluded: boolean;
  /** Whether it stands out, with the others of its group. */
  readonly lit: boolean;
}

/** A layer, one line, its sparsity first for a narrow side bar. */
export function layerText(layer: LayerInspection, { ties, excluded }: Omit<Standing, "lit">): LineText {
  const sparse = layer.prunable ? formatShare(layer.sparsity) : undefined;
  const facts = [
    ...(excluded ? ["left out"] : []),
    ...tieFacts(layer.name, ties),
    layer.type,
    formatShape(layer.outputShape),
    ...(layer.parameters > 0 ? [`${largeCount.format(layer.parameters)} params`] : []),
    ...(layer.macs !== null && layer.macs > 0 ? [`${largeCount.format(layer.macs)} MACs`] : []),
  ];
  return {
    label: layer.name,
    description: [...(sparse ? [`${sparsityBar(layer.sparsity)} ${sparse}`] : []), ...facts].join(" · "),
    icon: iconOf(layer, ties),
    spoken: [
      [layer.name, ...(sparse ? [`${sparse} sparse`] : []), ...facts].join(", "),
      ...reasonLines(layer).map((line) => line.replace(/\.$/, "")),
    ].join(". "),
  };
}

/** A lock for filters that may not go, a link for those that go together with others'. */
function iconOf(layer: LayerInspection, ties: readonly Tie[]): string {
  if (!layer.prunable) return "dash";
  if (isLocked(ties)) return "lock";
  return ties.some(({ group, makes }) => !makes || group.makers.length > 1) ? "link" : "circle-small";
}

/** All numbers of a layer in full, each defined, and what it is tied to. Markdown. */
export function layerTooltip(layer: LayerInspection, { ties, excluded }: Omit<Standing, "lit">): string {
  const left = excluded
    ? ["Left out of pruning: its box is not ticked, and layers that it goes together with stay whole too."]
    : [];
  const below = [...reasonLines(layer), ...tieSentences(layer.name, ties), ...left];
  return tooltipTable(`${layer.name} (${layer.type})`, layerRows(layer), { below });
}

function layerRows(layer: LayerInspection): Row[] {
  return [
    ["Output shape", formatShape(layer.outputShape), "without the batch"],
    ["Parameters", formatCount(layer.parameters), "numbers the layer holds, biases included"],
    ["MACs", layer.macs === null ? "unknown" : formatCount(layer.macs), "multiply-adds for one example"],
    ["Sparsity", formatShare(layer.sparsity), "share of the kernel's weights that are zero"],
  ];
}

/** Why a layer that cannot be pruned cannot. */
export const notPruned = ({ reason }: LayerInspection): string =>
  `Not pruned: ${reason ?? "it has no weights that can be pruned"}`;

function reasonLines(layer: LayerInspection): string[] {
  if (!layer.prunable) return [notPruned(layer)];
  return layer.reason === undefined ? [] : [layer.reason];
}
