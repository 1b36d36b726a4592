import { basename } from "node:path";
import * as vscode from "vscode";
import { colourOf } from "../../../protocol/palette.ts";
import type { PanelRun } from "../../../protocol/panel.ts";
import { reasonOf } from "../../../pruning/errors.ts";
import { isResumable } from "../../../pruning/runs/resumable.ts";
import type { Trial } from "../../../pruning/runs/run.ts";
import { Owner } from "../../disposable.ts";
import { commands, views } from "../../ids.ts";
import { isBaseline, trialsOf } from "../../runs/order.ts";
import type { UnreadableRun } from "../../runs/reader.ts";
import type { PlacedTrial, RunStore } from "../../runs/store.ts";
import { treeItem } from "../treeItem.ts";
import { runText, trialText, unreadableText } from "./items.ts";

/** What the menus of a run go by. */
function contextOf(run: PanelRun): string {
  if (run.status === "running") return "run.running";
  return isResumable(run) ? "run.ended.resumable" : "run.ended";
}

export type RunsNode =
  | { readonly kind: "run"; readonly run: PanelRun }
  | { readonly kind: "trial"; readonly run: PanelRun; readonly trial: Trial }
  | { readonly kind: "unreadable"; readonly run: UnreadableRun };

/** The Runs view: runs, newest first, and under each its trials, the baseline first. */
export class RunsTree extends Owner implements vscode.TreeDataProvider<RunsNode> {
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<RunsNode>;
  readonly #store: RunStore;

  constructor(store: RunStore) {
    super();
    this.#store = store;
    this.view = this.own(vscode.window.createTreeView(views.runs, { treeDataProvider: this, showCollapseAll: true }));
    this.own(store.onDidChange(() => this.#changed.fire()));
    this.own(store.onDidSelect((selected) => this.#reveal(selected)));
  }

  getChildren(node?: RunsNode): RunsNode[] {
    if (node === undefined) {
      const runs = this.#store.runs.map((run): RunsNode => ({ kind: "run", run })).reverse();
      return [...runs, ...this.#store.unreadable.map((run): RunsNode => ({ kind: "unreadable", run }))];
    }
    if (node.kind !== "run") return [];
    return trialsOf(node.run).map((trial) => ({ kind: "trial", run: node.run, trial }));
  }

  getParent(node: RunsNode): RunsNode | undefined {
    return node.kind === "trial" ? { kind: "run", run: node.run } : undefined;
  }

  getTreeItem(node: RunsNode): vscode.TreeItem {
    switch (node.kind) {
      case "run":
        return treeItem(runText(node.run, new Date()), {
          id: node.run.id,
          collapsible: true,
          expanded: node.run.id === this.#store.runs.at(-1)?.id,
          context: contextOf(node.run),
          colour: `charts.${colourOf(node.run.colour)}`,
        });
      case "trial":
        return treeItem(trialText(node.trial, node.run.baseline), {
          id: node.trial.id,
          context: isBaseline(node.trial) ? "baseline" : "trial",
          colour: `charts.${colourOf(node.run.colour)}`,
          command: { title: "Select", command: commands.selectTrial, arguments: [node.trial.id] },
        });
      case "unreadable":
        return treeItem(unreadableText(basename(node.run.folder), reasonOf(node.run.reason)), {
          context: "unreadable",
          command: { title: "Show Log", command: commands.showLog },
        });
    }
  }

  /** Follows a selection made elsewhere, if the view is in sight. */
  #reveal(selected: PlacedTrial): void {
    const isIt = (node: RunsNode) => node.kind === "trial" && node.trial.id === selected.trial.id;
    if (!this.view.visible || this.view.selection.some(isIt)) return;
    // Rejects where the run is deleted meanwhile; then there is nothing to reveal.
    this.view.reveal({ kind: "trial", ...selected }).then(undefined, () => {});
  }
}
