import type { Weight } from "../../model/model.ts";
import type { Length } from "../lengths.ts";
import type { Layer, LayerWeight, Shape, WeightRole } from "../network.ts";
import type { GraphNode, Nodes } from "./graphDef.ts";
import { kernelOps } from "./kernels.ts";

/** Ops that hand a weight on as it is. */
const passing = new Set(["Identity", "Enter", "Snapshot", "StopGradient", "FakeQuantWithMinMaxVars", "Cast", "Switch"]);

/** What is known of the run of a node. */
export interface NodeRun {
  readonly node: GraphNode;
  readonly outputShape: Shape | null;
  /** For one example, were all its weights kernels. Null with the reason. */
  readonly macs: Length;
  readonly unknown?: string;
}

interface Draft {
  readonly run: NodeRun;
  readonly weights: LayerWeight[];
  macs: Length;
  unknown?: string | undefined;
}

/**
 * Gives each float weight to the first op that computes with it, which makes that op a layer. Another op with
 * the same kernel adds its multiply-adds to that layer.
 * @param runs nodes in running order
 */
export function opLayers(runs: readonly NodeRun[], nodes: Nodes, weights: ReadonlyMap<string, Weight>): Layer[] {
  const owners = new Map<string, Draft>();
  const drafts: Draft[] = [];
  for (const run of runs) {
    if (passing.has(run.node.op) || run.node.op === "IdentityN") continue;
    const draft: Draft = { run, weights: [], macs: 0 };
    for (const [input, edge] of run.node.inputs.entries()) {
      const weight = weightBehind(edge.node, nodes, weights);
      if (!weight) continue;
      const found = describe(run.node, input, weight, nodes);
      const owner = owners.get(weight.name) ?? draft;
      if (owner === draft) draft.weights.push(found);
      owners.set(weight.name, owner);
      if (found.role === "kernel") addMacs(owner, run);
    }
    if (draft.weights.length > 0) drafts.push(draft);
  }
  return drafts.map(layerOf);
}

function addMacs(owner: Draft, run: NodeRun): void {
  owner.macs = owner.macs === null || run.macs === null ? null : owner.macs + run.macs;
  owner.unknown ??= run.unknown;
}

/** The float weight a node gives, if it is one or hands one on. */
function weightBehind(name: string, nodes: Nodes, weights: ReadonlyMap<string, Weight>): Weight | undefined {
  let node = nodes.get(name);
  while (node && passing.has(node.op)) node = nodes.get(node.inputs[0]?.node ?? "");
  const weight = node?.op === "Const" ? weights.get(node.ownName) : undefined;
  return weight?.dtype === "float32" ? weight : undefined;
}

function describe(node: GraphNode, input: number, { name, shape }: Weight, nodes: Nodes): LayerWeight {
  const kernelOp = Object.hasOwn(kernelOps, node.op) ? kernelOps[node.op] : undefined;
  const filterAxes = kernelOp?.filterAxes(node, input, shape);
  return filterAxes ? { name, role: "kernel", filterAxes } : { name, role: roleOf(node, input, nodes) };
}

function roleOf(node: GraphNode, input: number, nodes: Nodes): WeightRole {
  if (node.op.startsWith("FusedBatchNorm")) return input < 3 ? "normalization" : "state";
  if (node.op === "BiasAdd") return "bias";
  if (Object.hasOwn(kernelOps, node.op)) return isFusedBias(node, input) ? "bias" : "constant";
  if (node.op !== "Add" && node.op !== "AddV2") return "constant";
  const other = nodes.get(node.inputs[1 - input]?.node ?? "");
  return other && Object.hasOwn(kernelOps, other.op) ? "bias" : "constant";
}

/** The first argument after input and filter is the bias, unless only a PReLU is fused in. */
function isFusedBias(node: GraphNode, input: number): boolean {
  return input === 2 && node.attrs.texts("fused_ops").some((op) => op.toLowerCase() === "biasadd");
}

function layerOf({ run, weights, macs, unknown }: Draft): Layer {
  const prunable = weights.some((weight) => weight.role === "kernel");
  const reason = macs === null ? unknown : prunable ? undefined : whyNot(run.node, weights);
  return {
    name: run.node.name,
    type: run.node.op,
    outputShape: run.outputShape,
    weights,
    macs,
    prunable,
    ...(reason !== undefined && { reason }),
  };
}

function whyNot(node: GraphNode, weights: readonly LayerWeight[]): string {
  const roles = new Set(weights.map((weight) => weight.role));
  if (roles.has("state"))
    return "It holds the scale, shift and statistics of batch normalisation, which has no kernel.";
  if (/^(Gather|SparseSegment)/.test(node.op)) {
    return "It looks rows up in a table; in a graph model only convolutions and matrix products have kernels.";
  }
  return roles.has("bias") && roles.size === 1
    ? "It holds a bias, which is left alone."
    : "It computes with constants, not with a kernel.";
}
