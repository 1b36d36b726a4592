import { sizeOf, type Weight } from "../../model/model.ts";
import { decode } from "../../model/values.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";
import { opRules } from "./rules.ts";
import { known, type Tensor, unknown } from "./tensor.ts";

/** The outputs of each node. */
export type Tensors = ReadonlyMap<string, readonly Tensor[]>;

/** Constants longer than this are data, not shapes: only their shape is read. */
const longest = 64;

/** What is known of a constant: its shape, and its numbers where a shape could depend on them. */
export function constantTensor(weight: Weight): Tensor {
  const values = sizeOf(weight.shape) <= longest ? decode(weight) : [];
  const isNumeric = ArrayBuffer.isView(values) && weight.dtype !== "complex64";
  return isNumeric ? known(weight.shape, [...values]) : { shape: weight.shape };
}

/**
 * Follows shapes, and the small numbers they are computed from, through a graph.
 * @param ordered nodes, each after its inputs
 * @param given the tensors of constants and inputs
 */
export function inferTensors(ordered: readonly GraphNode[], given: (node: GraphNode) => Tensor | undefined): Tensors {
  const tensors = new Map<string, readonly Tensor[]>();
  for (const node of ordered) tensors.set(node.name, outputsOf(node, given, tensors));
  return tensors;
}

function outputsOf(
  node: GraphNode,
  given: (node: GraphNode) => Tensor | undefined,
  tensors: Tensors,
): readonly Tensor[] {
  const source = given(node);
  if (source) return [source];
  const inputs = node.inputs.map((edge) => tensors.get(edge.node)?.[edge.output] ?? unknown);
  const rule = Object.hasOwn(opRules, node.op) ? opRules[node.op] : undefined;
  return (rule?.(node, inputs) ?? [unknown]).map(possible);
}

/** A shape no tensor can have means that the graph does not fit its inputs: nothing is known then. */
function possible(tensor: Tensor): Tensor {
  const fits = tensor.shape?.every((length) => length === null || (Number.isInteger(length) && length >= 0)) ?? true;
  return fits ? tensor : unknown;
}

/** Of two shapes for one and for two examples, the one for any number: lengths that differ are open. */
export function openShape(one: Shape | null, two: Shape | null): Shape | null {
  if (!one || !two) return one;
  return one.length === two.length ? one.map((length, i) => (length === two[i] ? length : null)) : null;
}
