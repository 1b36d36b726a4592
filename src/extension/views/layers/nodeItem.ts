import type * as vscode from "vscode";
import { reasonOf } from "../../../pruning/errors.ts";
import { commands } from "../../ids.ts";
import { type ItemOptions, treeItem } from "../treeItem.ts";
import { filterText } from "./filterItem.ts";
import { failedText, loadingText, moreText, reasonText, unrankedText } from "./items.ts";
import { layerText, type Standing } from "./layerItem.ts";
import { filtersAtOnce, type LayerNode, type LayersNode } from "./nodes.ts";

/** A node in VS Code's form. Tooltips of layers and filters come later. */
export function itemOf(node: LayersNode, standingOf: (layer: LayerNode) => Standing): vscode.TreeItem {
  switch (node.kind) {
    case "layer": {
      const standing = standingOf(node);
      return treeItem(layerText(node.layer, standing), layerOptions(node, standing));
    }
    case "filter":
      return treeItem(filterText(node.parent.layer, node.filter, node.ranking), {
        id: `${node.parent.layer.name}\n${node.filter.index}`,
        context: node.filter.locked ? "filter.locked" : "filter",
      });
    case "more":
      return treeItem(moreText(node.count, node.shown, filtersAtOnce), {
        command: { title: "Show More Filters", command: commands.showMoreFilters, arguments: [node] },
      });
    case "reason":
      return treeItem(reasonText(node.parent.layer), {});
    case "unranked":
      return treeItem(unrankedText(node.ranked.criterion), {
        command: { title: "Rank Filters By…", command: commands.chooseCriterion },
      });
    case "loading":
      return treeItem(loadingText(node.title), {});
    case "failed":
      return treeItem(failedText(reasonOf(node.error)), {
        command: { title: "Show Log", command: commands.showLog },
        colour: "list.errorForeground",
      });
  }
}

function layerOptions({ layer: { name, prunable } }: LayerNode, { ties, excluded, lit }: Standing): ItemOptions {
  return {
    id: name,
    collapsible: true,
    context: [prunable ? "layer" : "layer.notPrunable", ...(ties.length > 0 ? ["grouped"] : [])].join("."),
    highlighted: lit,
    ...(prunable && {
      checkbox: { ticked: !excluded, tooltip: excluded ? `${name} is left out of pruning` : `${name} may be pruned` },
    }),
  };
}
