import { axisFromFront, type Length, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";

/** What is known of a tensor before the graph runs. */
export interface Tensor {
  /** Null where not even the rank is known. */
  readonly shape: Shape | null;
  /** Its numbers, row-major, where the tensor is small and they do not depend on data. Null for an unknown one. */
  readonly values?: readonly (number | null)[];
}

/** A tensor of which nothing is known. */
export const unknown: Tensor = { shape: null };

/** A single number that is not known. */
export const scalar: Tensor = { shape: [] };

/** Infers the outputs of a node from its inputs. Missing inputs count as unknown. */
export type OpRule = (node: GraphNode, inputs: readonly Tensor[]) => readonly Tensor[];

/** Rules by op. */
export type OpRules = Readonly<Record<string, OpRule>>;

/** The same rule for several ops. */
export function forOps(ops: string, rule: OpRule): OpRules {
  return Object.fromEntries(ops.split(" ").map((op) => [op, rule]));
}

/** A rule for ops with one output, which is unknown where the shape cannot be told. */
export function shaped(infer: (node: GraphNode, inputs: readonly Tensor[]) => Shape | null): OpRule {
  return (node, inputs) => [{ shape: infer(node, inputs) }];
}

const most = 256;

/** A tensor whose numbers are known, if they are few enough to keep. */
export function known(shape: Shape, values: readonly (number | null)[]): Tensor {
  return values.length <= most && product(shape) === values.length ? { shape, values } : { shape };
}

/** The number a scalar holds; null if it is not known. */
export function numberIn(tensor: Tensor | undefined): Length {
  return tensor?.values?.length === 1 ? (tensor.values[0] ?? null) : null;
}

/** A shape from the tensor of its lengths, where -1 is unknown; null if not even their number is known. */
export function shapeIn(tensor: Tensor | undefined): Shape | null {
  if (tensor?.values) return tensor.values.map((length) => (length === null || length < 0 ? null : length));
  const rank = tensor?.shape?.length === 1 ? tensor.shape[0] : undefined;
  return typeof rank === "number" ? Array<Length>(rank).fill(null) : null;
}

/** The numbers a tensor holds, if all are known. */
export function numbersIn(tensor: Tensor | undefined): readonly number[] | undefined {
  const values = tensor?.values;
  return values?.every((value) => value !== null) ? (values as readonly number[]) : undefined;
}

/** The shape two shapes broadcast to: an unknown length takes the other's, unless that is 1. */
export function broadcast(a: Shape | null, b: Shape | null): Shape | null {
  if (!a || !b) return null;
  if (a.length < b.length) return broadcast(b, a);
  const lead = a.length - b.length;
  const merged: Length[] = [];
  for (const [i, length] of a.entries()) {
    const other = i < lead ? 1 : (b[i - lead] ?? null);
    if (length !== null && other !== null && length !== other && length !== 1 && other !== 1) return null;
    merged.push(length === 1 || (length === null && other !== 1) ? other : length);
  }
  return merged;
}

/** The axes a tensor names, counted from the front of a shape; undefined if they are not known. */
export function axesIn(tensor: Tensor | undefined, rank: number): number[] | undefined {
  return numbersIn(tensor)?.map((axis) => axisFromFront(axis, rank));
}
