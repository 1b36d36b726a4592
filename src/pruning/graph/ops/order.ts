import type { GraphNode, Nodes } from "./graphDef.ts";

/**
 * The nodes that some nodes need, and these themselves, each after what it needs. Rounds of a loop are not
 * followed: what a NextIteration hands on comes after.
 */
export function runningOrder(nodes: Nodes, wanted: readonly string[]): GraphNode[] {
  const ordered: GraphNode[] = [];
  const seen = new Set<string>();
  // Stacks of our own: graphs are deeper than the call stack.
  const open: { readonly name: string; readonly done: boolean }[] = [];
  const later = [...wanted].reverse();
  const nextOpen = () => open.pop() ?? later.splice(-1).map((name) => ({ name, done: false }))[0];
  for (let next = nextOpen(); next; next = nextOpen()) {
    const node = nodes.get(next.name);
    if (!node) continue;
    if (next.done) {
      ordered.push(node);
      continue;
    }
    if (seen.has(node.name)) continue;
    seen.add(node.name);
    open.push({ name: node.name, done: true });
    for (const name of [...node.inputs.map((edge) => edge.node), ...node.after].reverse()) {
      if (nodes.get(name)?.op === "NextIteration") later.push(name);
      else open.push({ name, done: false });
    }
  }
  return ordered;
}

/** The nodes that run once per round of a loop: all that an Enter leads to, until an Exit. */
export function nodesInLoops(ordered: readonly GraphNode[]): ReadonlySet<string> {
  const inLoop = new Set<string>();
  for (const node of ordered) {
    if (node.op === "Exit") continue;
    if (node.op === "Enter" || node.inputs.some((edge) => inLoop.has(edge.node))) inLoop.add(node.name);
  }
  return inLoop;
}
