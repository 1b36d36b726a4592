import type { Length } from "../lengths.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";
import { broadcast, forOps, type OpRules, shaped, type Tensor } from "./tensor.ts";

/** Whether the last two axes of the first and the second matrix are swapped before they are multiplied. */
export function transpositions(node: GraphNode): readonly [boolean, boolean] {
  const { attrs } = node;
  return node.op.startsWith("Batch")
    ? [attrs.flag("adj_x"), attrs.flag("adj_y")]
    : [attrs.flag("transpose_a"), attrs.flag("transpose_b")];
}

const matMul = shaped((node, [a, b]) => {
  if (!a?.shape || !b?.shape || a.shape.length < 2 || b.shape.length < 2) return null;
  const [swapA, swapB] = transpositions(node);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = a.shape.at(swapA ? -1 : -2) ?? null;
  const columns = b.shape.at(swapB ? -2 : -1) ?? null;
  return batch && [...batch, rows, columns];
});

/** An equation such as `bij,jk->bik` in its parts; undefined for one with an ellipsis, which tfjs lacks. */
export function parseEinsum(equation: string): { inputs: string[]; output: string } | undefined {
  const match = /^([a-zA-Z,]+)->([a-zA-Z]*)$/.exec(equation.replaceAll(" ", ""));
  return match ? { inputs: (match[1] ?? "").split(","), output: match[2] ?? "" } : undefined;
}

/** The length each letter of an equation stands for. */
export function einsumLengths(
  inputs: readonly string[],
  tensors: readonly (Tensor | undefined)[],
): Map<string, Length> {
  const lengths = new Map<string, Length>();
  for (const [i, letters] of inputs.entries()) {
    for (const [axis, letter] of [...letters].entries()) {
      lengths.set(letter, lengths.get(letter) ?? tensors[i]?.shape?.[axis] ?? null);
    }
  }
  return lengths;
}

const einsum = shaped((node, tensors) => {
  const equation = parseEinsum(node.attrs.text("equation"));
  if (!equation) return null;
  const lengths = einsumLengths(equation.inputs, tensors);
  return [...equation.output].map((letter) => lengths.get(letter) ?? null) satisfies Shape;
});

/** Products of matrices and of tensors. */
export const matrixRules: OpRules = {
  ...forOps("MatMul _FusedMatMul BatchMatMul BatchMatMulV2", matMul),
  Einsum: einsum,
};
