import type { FilterInspection, LayerInspection } from "../../../pruning/metrics/inspection.ts";
import type { Ranking } from "./filterItem.ts";
import type { Ranked } from "./ranks.ts";

/** A layer of the model in view. */
export interface LayerNode {
  readonly kind: "layer";
  /** Path of the model.json. */
  readonly model: string;
  readonly layer: LayerInspection;
}

/** A filter of a layer that was opened. */
export interface FilterNode {
  readonly kind: "filter";
  readonly parent: LayerNode;
  readonly filter: FilterInspection;
  readonly ranking: Ranking;
}

/** What the Layers view is made of. */
export type LayersNode =
  | LayerNode
  | FilterNode
  | { readonly kind: "more"; readonly parent: LayerNode; readonly count: number; readonly shown: number }
  | { readonly kind: "reason"; readonly parent: LayerNode }
  | { readonly kind: "unranked"; readonly parent: LayerNode; readonly ranked: Ranked }
  | { readonly kind: "loading"; readonly title: string }
  | { readonly kind: "failed"; readonly parent?: LayerNode; readonly error: unknown };

/** Filters shown at once, and added by each "Show more": a list this long opens without a stall. */
export const filtersAtOnce = 200;

/** What stands under a layer: its first filters, and what shows more of them. */
export function filterNodes(parent: LayerNode, ranked: Ranked, shown: number): LayersNode[] {
  const { filters, total, criterion } = ranked;
  if (filters.length === 0) return [{ kind: "unranked", parent, ranked }];
  const count = filters.length;
  const nodes = filters.slice(0, shown).map(
    (filter, index): FilterNode => ({
      kind: "filter",
      parent,
      filter,
      ranking: { rank: index + 1, count, total, criterion },
    }),
  );
  return shown < count ? [...nodes, { kind: "more", parent, count, shown }] : nodes;
}

/** The layer that a node is, or belongs to. */
export function layerOf(node: LayersNode): LayerNode | undefined {
  if (node.kind === "layer") return node;
  return "parent" in node ? node.parent : undefined;
}
