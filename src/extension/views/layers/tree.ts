import * as vscode from "vscode";
import type { Inspection } from "../../../pruning/metrics/inspection.ts";
import { Owner } from "../../disposable.ts";
import { views } from "../../ids.ts";
import type { Exclusions } from "./exclusions.ts";
import { filterTooltip } from "./filterItem.ts";
import { groupLine, membersOf, tiesOf } from "./groups.ts";
import { heatMap } from "./heatMap.ts";
import { headText, sizeText } from "./items.ts";
import { layerTooltip, type Standing } from "./layerItem.ts";
import { itemOf } from "./nodeItem.ts";
import { type FilterNode, filterNodes, filtersAtOnce, type LayerNode, type LayersNode, layerOf } from "./nodes.ts";
import type { Ranks } from "./ranks.ts";
import type { ModelInView, ModelSource } from "./state.ts";

/** What the Layers view shows, and where it has it from. */
export interface LayersSources {
  readonly inView: ModelInView;
  readonly ranks: Ranks;
  readonly exclusions: Exclusions;
  readonly source: ModelSource;
}

/**
 * The Layers view: the layers of the model in view, and under each its filters, most important first. Filters are ranked
 * when their layer is opened, kernels drawn when somebody rests on a filter.
 */
export class LayersTree extends Owner implements vscode.TreeDataProvider<LayersNode> {
  readonly #changed = this.own(new vscode.EventEmitter<LayersNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<LayersNode>;
  readonly #sources: LayersSources;
  /** The same nodes as long as the model is the same, so that the view can be led to them. */
  #layers: readonly LayerNode[] = [];
  #inspection: Inspection | undefined;
  /** How many filters are shown of layers with many. */
  readonly #shown = new WeakMap<LayerNode, number>();
  /** Names of the groups that stand out. */
  #lit: readonly string[] = [];

  constructor(sources: LayersSources) {
    super();
    this.#sources = sources;
    this.view = this.own(
      vscode.window.createTreeView(views.layers, {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
        manageCheckboxStateManually: true,
      }),
    );
    this.own(sources.inView.onDidChange(() => this.#update()));
    this.own(sources.exclusions.onDidChange(() => this.#changed.fire(undefined)));
    this.own(this.view.onDidChangeCheckboxState(({ items }) => this.#exclude(items)));
  }

  getChildren(node?: LayersNode): LayersNode[] | Promise<LayersNode[]> {
    if (node === undefined) return this.#roots();
    if (node.kind !== "layer") return [];
    return node.layer.prunable ? this.#filtersOf(node) : [{ kind: "reason", parent: node }];
  }

  getParent(node: LayersNode): LayersNode | undefined {
    return node.kind === "layer" ? undefined : layerOf(node);
  }

  getTreeItem(node: LayersNode): vscode.TreeItem {
    return itemOf(node, (layer) => this.#standing(layer));
  }

  /** Writes the tooltip of a layer or filter that somebody rests on. */
  async resolveTreeItem(item: vscode.TreeItem, node: LayersNode): Promise<vscode.TreeItem> {
    if (node.kind === "layer") item.tooltip = new vscode.MarkdownString(layerTooltip(node.layer, this.#standing(node)));
    if (node.kind === "filter") item.tooltip = new vscode.MarkdownString(await this.#filterTooltip(node));
    return item;
  }

  /** Brings the view into sight. */
  async focus(): Promise<void> {
    await vscode.commands.executeCommand(`${views.layers}.focus`);
  }

  /** Shows the next filters of a layer whose list was cut. */
  showMore(node: LayersNode): void {
    if (node.kind !== "more") return;
    this.#shown.set(node.parent, node.shown + filtersAtOnce);
    this.#changed.fire(node.parent);
  }

  /** Ranks all filters anew, by the criterion that is chosen by now. */
  rerank(): void {
    this.#sources.ranks.clear();
    this.#say();
    this.#changed.fire(undefined);
  }

  /**
   * Has the groups of a layer stand out, and goes to the next layer of them; again and again it goes round.
   * @returns whether there was one
   */
  async revealGroup({ layer }: LayerNode): Promise<boolean> {
    if (!this.#inspection) return false;
    const groups = tiesOf(layer.name, this.#inspection).map(({ group }) => group);
    if (groups.length === 0) return false;
    this.#lit = groups.map(({ name }) => name);
    this.#say();
    this.#changed.fire(undefined);
    const inspection = this.#inspection;
    const members = new Set(groups.flatMap((group) => membersOf(group, inspection)));
    const nodes = this.#layers.filter((node) => members.has(node.layer.name));
    const next = nodes[(nodes.findIndex((node) => node.layer === layer) + 1) % nodes.length];
    if (next) await this.view.reveal(next, { select: true, focus: true });
    return true;
  }

  #roots(): LayersNode[] {
    const { current } = this.#sources.inView;
    if (current.kind === "loading") return [{ kind: "loading", title: current.title }];
    if (current.kind === "failed") return [{ kind: "failed", error: current.error }];
    return [...this.#layers];
  }

  async #filtersOf(node: LayerNode): Promise<LayersNode[]> {
    try {
      const ranked = await this.#sources.ranks.of(node.model, node.layer);
      return filterNodes(node, ranked, this.#shown.get(node) ?? filtersAtOnce);
    } catch (error) {
      return [{ kind: "failed", parent: node, error }];
    }
  }

  async #filterTooltip({ parent, filter, ranking }: FilterNode): Promise<string> {
    const { model, layer } = parent;
    const asked = { model, layer: layer.name, filter: filter.index };
    // Without its picture the tooltip still says all in words.
    const kernel = await this.#sources.source.kernel(asked).catch(() => null);
    const { ties } = this.#standing(parent);
    return filterTooltip(layer, filter, ranking, { ties, picture: kernel ? heatMap(kernel) : undefined });
  }

  #standing({ model, layer }: LayerNode): Standing {
    const ties = this.#inspection ? tiesOf(layer.name, this.#inspection) : [];
    return {
      ties,
      excluded: this.#sources.exclusions.of(model).includes(layer.name),
      lit: ties.some(({ group }) => this.#lit.includes(group.name)),
    };
  }

  #exclude(items: readonly (readonly [LayersNode, vscode.TreeItemCheckboxState])[]): void {
    const changed = items.flatMap(([node, state]) =>
      node.kind === "layer" ? [{ node, excluded: state === vscode.TreeItemCheckboxState.Unchecked }] : [],
    );
    const [first] = changed;
    if (!first) return;
    const layers = changed.map(({ node, excluded }) => ({ name: node.layer.name, excluded }));
    void this.#sources.exclusions.set(first.node.model, layers);
  }

  #update(): void {
    const { current } = this.#sources.inView;
    const shown = current.kind === "shown" ? current : undefined;
    this.#inspection = shown?.inspection;
    this.#layers = shown ? shown.inspection.layers.map((layer) => ({ kind: "layer", model: shown.model, layer })) : [];
    this.#lit = [];
    // Not in the title, which VS Code writes in capitals.
    this.view.description = shown ? headText(shown.title, shown.inspection) : "";
    this.#say();
    this.#changed.fire(undefined);
  }

  /** Says above the layers what is to be said of the model, or of the groups that stand out. */
  #say(): void {
    const inspection = this.#inspection;
    const lit = inspection?.groups?.filter(({ name }) => this.#lit.includes(name)) ?? [];
    const size = inspection ? sizeText(inspection, this.#sources.ranks.criterion) : "";
    this.view.message = lit.length > 0 ? lit.map(groupLine).join("; ") : size;
  }
}
