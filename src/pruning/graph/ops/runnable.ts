import { SecateurError } from "../../errors.ts";
import type { Weight } from "../../model/model.ts";
import type { Graph, GraphNode, Nodes } from "./graphDef.ts";
import { knownOps } from "./known.ts";

/** Attributes that name a library function to run. */
const calls = ["cond", "body", "then_branch", "else_branch"];

/** The library functions that nodes run, and those that these run. */
export function functionsRun(graph: Graph, ordered: readonly GraphNode[]): Nodes[] {
  const names = new Set<string>();
  const open = [...ordered];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const attr of calls) {
      const name = node.attrs.functionName(attr);
      if (name === undefined || names.has(name)) continue;
      names.add(name);
      open.push(...(graph.functions.get(name)?.values() ?? []));
    }
  }
  return [...names].flatMap((name) => graph.functions.get(name) ?? []);
}

/**
 * @throws SecateurError `unsupported-model` naming a node whose op tfjs does not know; `bad-model` for a
 *   constant without values
 */
export function checkRunnable(nodes: Iterable<GraphNode>, weights: ReadonlyMap<string, Weight>): void {
  for (const { name, ownName, op } of nodes) {
    if (!knownOps.has(op)) {
      throw new SecateurError(
        "unsupported-model",
        `Node "${name}" computes "${op}", an op TensorFlow.js does not know; change that part of the model and convert it again.`,
      );
    }
    if (op !== "Const" || weights.has(ownName)) continue;
    throw new SecateurError(
      "bad-model",
      `The weights manifest does not list the constant "${name}"; put the matching model.json and weights together, or convert the model again.`,
    );
  }
}
