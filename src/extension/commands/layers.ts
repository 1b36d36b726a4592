import * as vscode from "vscode";
import type { RunResult } from "../../protocol/worker.ts";
import { weightCriteria, weightCriterionNamed } from "../../pruning/criteria/registry.ts";
import { SecateurError } from "../../pruning/errors.ts";
import { formatFilters, lockedError } from "../../pruning/methods/chosenFilters.ts";
import type { Services } from "../services.ts";
import { chosenCriterion, chooseCriterion as rememberCriterion } from "../settings.ts";
import { text } from "../text.ts";
import { tiesOf } from "../views/layers/groups.ts";
import { type FilterNode, type LayersNode, layerOf } from "../views/layers/nodes.ts";
import { type PruneOptions, pruneWith } from "./pruneModel.ts";
import { requireTrust } from "./trust.ts";

/** Chooses what ranks the filters of the Layers view; asks where no name is given. */
export async function chooseCriterion(name?: unknown): Promise<void> {
  if (typeof name === "string") return rememberCriterion(weightCriterionNamed(name));
  const current = chosenCriterion();
  const items = weightCriteria.map((criterion) => ({
    label: criterion.title,
    ...(criterion === current && { description: "now" }),
    detail: criterion.description,
    criterion,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: "Rank Filters By",
    placeHolder: "What makes a filter matter?",
    matchOnDetail: true,
  });
  if (picked) await rememberCriterion(picked.criterion);
}

/** Goes round the layers that lose filters together with one: the node's, or the one that is selected. */
export async function revealGroup({ layers }: Services, node?: LayersNode): Promise<void> {
  const [about] = node ? [node] : layers.view.selection;
  const layer = about && layerOf(about);
  if (!layer) throw new SecateurError("internal", text.noLayerSelected);
  if (!(await layers.revealGroup(layer))) throw new SecateurError("internal", text.noGroup(layer.layer.name));
}

/**
 * Prunes the model in view by exactly the filters that are selected.
 * @param node the one whose menu it was
 * @param selected all that are selected, if the node is one of them
 * @returns what came of the run; undefined when the person gave up
 */
export async function pruneFilters(
  services: Services,
  node?: LayersNode,
  selected?: readonly LayersNode[],
  options?: PruneOptions,
): Promise<RunResult | undefined> {
  requireTrust();
  const nodes = selected ?? (node ? [node] : services.layers.view.selection);
  const filters = nodes.filter((each) => each.kind === "filter");
  const [first] = filters;
  if (!first) throw new SecateurError("internal", text.noFilterSelected);
  const { current } = services.inView;
  if (current.kind === "shown" && current.inspection.format === "graph-model")
    throw new SecateurError("bad-model", text.noFiltersOfGraphs(current.title));
  const chosen = new Map<string, FilterNode[]>();
  for (const each of filters) {
    const { name } = each.parent.layer;
    chosen.set(name, [...(chosen.get(name) ?? []), each]);
  }
  for (const [layer, own] of chosen) requireFree(services, layer, own);
  const remove = formatFilters(new Map([...chosen].map(([layer, own]) => [layer, indicesOf(own)])));
  return pruneWith(services, first.parent.model, { ...options, remove });
}

const indicesOf = (filters: readonly FilterNode[]): number[] =>
  filters.map(({ filter }) => filter.index).sort((a, b) => a - b);

/** @throws SecateurError with the reason, where some may not go */
function requireFree({ inView }: Services, layer: string, filters: readonly FilterNode[]): void {
  const locked = filters.filter(({ filter }) => filter.locked);
  if (locked.length === 0 || inView.current.kind !== "shown") return;
  const ties = tiesOf(layer, inView.current.inspection);
  const reason = ties.find(({ group }) => group.locked !== undefined)?.group.locked;
  throw lockedError(layer, indicesOf(locked), reason ?? "nothing is known of what depends on them");
}
