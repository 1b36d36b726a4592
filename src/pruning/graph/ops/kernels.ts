import { type Length, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";
import { einsumLengths, parseEinsum, transpositions } from "./matrices.ts";
import type { Tensor } from "./tensor.ts";

/** An op that multiplies its input with a kernel. */
interface KernelOp {
  /** The axes of the weight that count filters; undefined if a weight at that input is no kernel. */
  readonly filterAxes: (node: GraphNode, input: number, shape: Shape) => readonly number[] | undefined;
  /** Multiply-adds of the whole op. */
  readonly macs: (node: GraphNode, inputs: readonly Tensor[], output: Tensor) => Length;
}

/** A filter [space…, in, out] at input 1: each output element sums over the filter's space and input channels. */
function convolution(rank: number): KernelOp {
  return {
    filterAxes: (_, input) => (input === 1 ? [rank + 1] : undefined),
    macs: (_, [, filter], output) => times(output.shape, filter?.shape?.slice(0, rank + 1)),
  };
}

/** A filter [h, w, c, m]: each output element sums over the filter's space. */
const depthwise: KernelOp = {
  filterAxes: (_, input) => (input === 1 ? [2, 3] : undefined),
  macs: (_, [, filter], output) => times(output.shape, filter?.shape?.slice(0, 2)),
};

/** A filter [h, w, out, in] at input 1, the image at input 2: each element of it multiplies [h, w, out]. */
const transposed: KernelOp = {
  filterAxes: (_, input) => (input === 1 ? [2] : undefined),
  macs: (_, [, filter, image]) => times(image?.shape, filter?.shape?.slice(0, 3)),
};

const matMul: KernelOp = {
  filterAxes: (node, input, shape) => {
    if (input > 1 || shape.length < 2) return undefined;
    // Columns of the second matrix, or rows of the first, are what becomes outputs; so does a batch.
    const swapped = transpositions(node)[input as 0 | 1];
    const outputAxis = shape.length - (swapped === (input === 1) ? 2 : 1);
    return [...Array.from({ length: shape.length - 2 }, (_, i) => i), outputAxis];
  },
  macs: (node, [, b], output) => times(output.shape, [b?.shape?.at(transpositions(node)[1] ? -1 : -2) ?? null]),
};

const einsum: KernelOp = {
  filterAxes: (node, input) => {
    const equation = parseEinsum(node.attrs.text("equation"));
    const letters = equation?.inputs[input];
    if (!equation || letters === undefined) return undefined;
    const others = equation.inputs.filter((_, i) => i !== input).join("");
    const axes = [...letters].flatMap((letter, i) =>
      equation.output.includes(letter) && !others.includes(letter) ? [i] : [],
    );
    return axes.length > 0 ? axes : undefined;
  },
  macs: (node, inputs) => {
    const equation = parseEinsum(node.attrs.text("equation"));
    return equation ? product([...einsumLengths(equation.inputs, inputs).values()]) : null;
  },
};

function times(shape: Shape | null | undefined, lengths: Shape | undefined): Length {
  return shape && lengths ? product([...shape, ...lengths]) : null;
}

/** The ops whose weights can be pruned. */
export const kernelOps: Readonly<Record<string, KernelOp>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  _FusedConv2D: convolution(2),
  Conv3D: convolution(3),
  Conv2DBackpropInput: transposed,
  DepthwiseConv2d: depthwise,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  MatMul: matMul,
  _FusedMatMul: matMul,
  BatchMatMul: matMul,
  BatchMatMulV2: matMul,
  Einsum: einsum,
};
