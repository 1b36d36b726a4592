import { type Length, type Padding, product, windowCount } from "../lengths.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";
import { forOps, type OpRule, type OpRules, shaped, shapeIn, type Tensor } from "./tensor.ts";

// Source: tfjs-converter/src/operations/executors/convolution_executor.ts, 4.22.0.

/** The axes that a format such as NHWC or NCDHW puts in space, and the one of the channels. */
function layout(node: GraphNode, rank: number): { space: number[]; channels: number } {
  const first = node.attrs.text("data_format").toUpperCase().startsWith("NC");
  const space = Array.from({ length: rank }, (_, i) => i + (first ? 2 : 1));
  return { space, channels: first ? 1 : rank + 1 };
}

function paddingOf(node: GraphNode, axis: number): Padding {
  const padding = node.attrs.text("padding").toLowerCase();
  if (padding !== "explicit") return padding === "same" ? "same" : "valid";
  const pads = node.attrs.integers("explicit_paddings");
  return [pads[2 * axis] ?? 0, pads[2 * axis + 1] ?? 0];
}

/**
 * What strides and the like say for an axis in space, counted from 0. Their list has an entry for every axis of the
 * input, and tfjs reads it as channels-last even where the input is not.
 */
function perAxis(node: GraphNode, name: string, axisInSpace: number): number {
  return node.attrs.integers(name)[axisInSpace + 1] ?? 1;
}

/** Slides a window over the axes in space; the channels become what the filter makes of them. */
function windowed(
  input: Tensor | undefined,
  window: Shape,
  node: GraphNode,
  axes: { space: readonly number[]; channels: number },
  channels: (before: Length) => Length,
  dilations = "dilations",
): Shape {
  const rank = axes.space.length + 2;
  const shape = input?.shape?.length === rank ? input.shape : Array<Length>(rank).fill(null);
  return shape.map((length, axis) => {
    if (axis === axes.channels) return channels(length);
    const i = axes.space.indexOf(axis);
    const size = window[i] ?? null;
    if (i < 0 || size === null) return i < 0 ? length : null;
    return windowCount(length, size, perAxis(node, "strides", i), perAxis(node, dilations, i), paddingOf(node, axis));
  });
}

/** The lengths of a filter, unknown ones if it is no constant. */
function filterShape(filter: Tensor | undefined, rank: number): Shape {
  return filter?.shape?.length === rank ? filter.shape : Array<Length>(rank).fill(null);
}

function convolution(rank: number): OpRule {
  return shaped((node, [input, filter]) => {
    const lengths = filterShape(filter, rank + 2);
    return windowed(input, lengths.slice(0, rank), node, layout(node, rank), () => lengths.at(-1) ?? null);
  });
}

const depthwise = shaped((node, [input, filter]) => {
  const lengths = filterShape(filter, 4);
  const [, , channels = null, multiplier = null] = lengths;
  return windowed(input, lengths.slice(0, 2), node, layout(node, 2), () => product([channels, multiplier]));
});

/** One axis; tfjs names its settings otherwise, without an entry per axis. */
const convolution1D = shaped((node, [input, filter]) => {
  const [size = null, , out = null] = filterShape(filter, 3);
  const [batch = null, length = null] = input?.shape ?? [];
  const steps =
    size === null
      ? null
      : windowCount(
          length,
          size,
          node.attrs.integer("stride", 1),
          node.attrs.integer("dilation", 1),
          paddingOf(node, 1),
        );
  return [batch, steps, out];
});

/** tfjs pools channels-last, whatever the format says. */
function pooling(rank: number): OpRule {
  const space = Array.from({ length: rank }, (_, i) => i + 1);
  return (node, [input]) => {
    const window = space.map((_, i) => perAxis(node, "ksize", i));
    const shape = windowed(input, window, node, { space, channels: rank + 1 }, (length) => length);
    return node.op === "MaxPoolWithArgmax" ? [{ shape }, { shape }] : [{ shape }];
  };
}

/** The output shape is an input; its channels may only be known from the filter. */
const transposed = shaped((_, [outputShape, filter, input]) => {
  const shape = shapeIn(outputShape) ?? [null, null, null, null];
  return shape.map(
    (length, i) => length ?? (i === 0 ? (input?.shape?.[0] ?? null) : i === 3 ? (filter?.shape?.[2] ?? null) : null),
  );
});

const dilation2D = shaped((node, [input, filter]) => {
  const window = filterShape(filter, 3).slice(0, 2);
  return windowed(input, window, node, { space: [1, 2], channels: 3 }, (length) => length, "rates");
});

/** Convolutions, pooling and dilation. */
export const convolutionRules: OpRules = {
  ...forOps("Conv2D _FusedConv2D", convolution(2)),
  Conv1D: convolution1D,
  Conv3D: convolution(3),
  Conv2DBackpropInput: transposed,
  ...forOps("DepthwiseConv2d DepthwiseConv2dNative FusedDepthwiseConv2dNative", depthwise),
  ...forOps("MaxPool AvgPool MaxPoolWithArgmax", pooling(2)),
  ...forOps("MaxPool3D AvgPool3D", pooling(3)),
  Dilation2D: dilation2D,
};
