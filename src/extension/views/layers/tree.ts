import * as vscode from "vscode";
import type { FilterScore } from "../../../pruning/criteria/filters.ts";
import { reasonOf } from "../../../pruning/errors.ts";
import type { LayerInspection } from "../../../pruning/metrics/inspection.ts";
import { Owner } from "../../disposable.ts";
import { commands, views } from "../../ids.ts";
import { treeItem } from "../treeItem.ts";
import {
  failedText,
  filterText,
  headText,
  layerText,
  loadingText,
  moreText,
  type Ranking,
  reasonText,
  sizeText,
} from "./items.ts";
import type { ModelInView } from "./state.ts";

export type LayersNode =
  | { readonly kind: "layer"; readonly layer: LayerInspection }
  | { readonly kind: "filter"; readonly layer: LayerInspection; readonly filter: FilterScore; readonly rank: number }
  | { readonly kind: "more"; readonly parent: LayersNode & { kind: "layer" }; readonly shown: number }
  | { readonly kind: "reason"; readonly layer: LayerInspection }
  | { readonly kind: "loading"; readonly title: string }
  | { readonly kind: "failed"; readonly error: unknown };

/** Filters shown at once, and added by each "Show more": a list this long opens without a stall. */
export const filtersAtOnce = 200;

/** The Layers view: the layers of the model in view, and under each its filters, most important first. */
export class LayersTree extends Owner implements vscode.TreeDataProvider<LayersNode> {
  readonly #changed = this.own(new vscode.EventEmitter<LayersNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<LayersNode>;
  readonly #inView: ModelInView;
  readonly #criterion: () => Ranking["criterion"];
  readonly #shown = new WeakMap<LayerInspection, number>();
  readonly #totals = new WeakMap<LayerInspection, number>();

  constructor(inView: ModelInView, criterion: () => Ranking["criterion"]) {
    super();
    this.#inView = inView;
    this.#criterion = criterion;
    this.view = this.own(vscode.window.createTreeView(views.layers, { treeDataProvider: this, showCollapseAll: true }));
    this.own(inView.onDidChange(() => this.#update()));
  }

  getChildren(node?: LayersNode): LayersNode[] {
    if (node === undefined) return this.#roots();
    if (node.kind !== "layer") return [];
    const { layer } = node;
    if (!layer.prunable) return [{ kind: "reason", layer }];
    const ranked = layer.filters ?? [];
    const shown = this.#shown.get(layer) ?? filtersAtOnce;
    const filters = ranked
      .slice(0, shown)
      .map((filter, index): LayersNode => ({ kind: "filter", layer, filter, rank: index + 1 }));
    return shown < ranked.length ? [...filters, { kind: "more", parent: node, shown }] : filters;
  }

  getTreeItem(node: LayersNode): vscode.TreeItem {
    switch (node.kind) {
      case "layer":
        return treeItem(layerText(node.layer), {
          collapsible: !node.layer.prunable || (node.layer.filters ?? []).length > 0,
          context: node.layer.prunable ? "layer" : "layer.notPrunable",
        });
      case "filter":
        return treeItem(filterText(node.layer, node.filter, this.#ranking(node.layer, node.rank)), {
          context: "filter",
        });
      case "more":
        return treeItem(moreText(node.parent.layer, node.shown, filtersAtOnce), {
          command: { title: "Show More Filters", command: commands.showMoreFilters, arguments: [node] },
        });
      case "reason":
        return treeItem(reasonText(node.layer), {});
      case "loading":
        return treeItem(loadingText(node.title), {});
      case "failed":
        return treeItem(failedText(reasonOf(node.error)), {
          command: { title: "Show Log", command: commands.showLog },
        });
    }
  }

  /** Brings the view into sight. */
  async focus(): Promise<void> {
    await vscode.commands.executeCommand(`${views.layers}.focus`);
  }

  /** Shows the next filters of a layer whose list was cut. */
  showMore(node: LayersNode): void {
    if (node.kind !== "more") return;
    this.#shown.set(node.parent.layer, node.shown + filtersAtOnce);
    this.#changed.fire(node.parent);
  }

  #roots(): LayersNode[] {
    const { current } = this.#inView;
    if (current.kind === "loading") return [{ kind: "loading", title: current.title }];
    if (current.kind === "failed") return [{ kind: "failed", error: current.error }];
    if (current.kind !== "shown") return [];
    return current.inspection.layers.map((layer) => ({ kind: "layer", layer }));
  }

  #ranking(layer: LayerInspection, rank: number): Ranking {
    let total = this.#totals.get(layer);
    if (total === undefined) {
      total = (layer.filters ?? []).reduce((sum, { score }) => sum + score, 0);
      this.#totals.set(layer, total);
    }
    return { rank, count: layer.filters?.length ?? 0, total, criterion: this.#criterion() };
  }

  #update(): void {
    const { current } = this.#inView;
    const shown = current.kind === "shown";
    // Not in the title, which VS Code writes in capitals.
    this.view.description = shown ? headText(current.title, current.inspection) : "";
    this.view.message = shown ? sizeText(current.inspection) : "";
    this.#changed.fire(undefined);
  }
}
