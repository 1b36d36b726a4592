import * as v from "valibot";
import { mapLength, product, windowCount } from "../lengths.ts";
import {
  count,
  dataFormat,
  flag,
  knownLength,
  LayerProblem,
  type LayerRule,
  type LayerRules,
  perAxis,
  rule,
  type Slot,
  windowPadding,
} from "./rule.ts";
import { shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/convolutional.ts and convolutional_depthwise.ts, 4.22.0.

const window = (rank: number) => ({
  kernel_size: perAxis(rank),
  strides: v.nullish(perAxis(rank), 1),
  padding: windowPadding,
  data_format: dataFormat,
  dilation_rate: v.nullish(perAxis(rank), 1),
  use_bias: flag(true),
});

/** The bias a layer adds to its filters, if it has one. */
function biasOf(use: boolean, filters: number): Slot[] {
  return use ? [{ path: "bias", shape: [filters], role: "bias" }] : [];
}

function convolution(rank: number): LayerRule {
  const settings = v.object({ ...window(rank), filters: count, groups: v.nullish(count, 1) });
  return rule(settings, (s) => {
    if (s.groups !== 1) {
      throw new LayerProblem("convolves in groups, which TensorFlow.js does not know");
    }
    refuseStridedDilation(s);
    const space = (inputs: Parameters<typeof spaceOf>[0]) => spaceOf(inputs, rank, s.data_format);
    const outAxes = (axes: ReturnType<typeof spaceOf>["axes"]) => slide(axes, s);
    return {
      outputs: (inputs) => {
        const input = space(inputs);
        return [shapeOf({ ...input, axes: outAxes(input.axes), channels: s.filters }, s.data_format)];
      },
      slots: (inputs) => {
        const { axes, channels } = space(inputs);
        const shape = [...s.kernel_size, knownLength(channels, "channels"), s.filters];
        return [
          { path: "kernel", shape, role: "kernel", filterAxes: [rank + 1], uses: product(outAxes(axes)) },
          ...biasOf(s.use_bias, s.filters),
        ];
      },
    };
  });
}

interface Window {
  readonly kernel_size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "same" | "valid";
  readonly dilation_rate: readonly number[];
}

/** tfjs-core convolves with strides or with dilation, and throws for both. */
export function refuseStridedDilation({ strides, dilation_rate }: Window): void {
  if (strides.every((stride) => stride === 1) || dilation_rate.every((rate) => rate === 1)) return;
  throw new LayerProblem("has strides and a dilation rate above 1, which TensorFlow.js cannot run together");
}

/** The lengths a window leaves of the axes it slides over. */
export function slide(axes: readonly (number | null)[], window: Window): (number | null)[] {
  const { kernel_size, strides, padding, dilation_rate } = window;
  return axes.map((length, i) =>
    windowCount(length, kernel_size[i] ?? 1, strides[i] ?? 1, dilation_rate[i] ?? 1, padding),
  );
}

/** tfjs ignores `output_padding` and `dilation_rate` of transposed convolutions (`deconvLength`). */
function transposedConvolution(rank: number): LayerRule {
  return rule(v.object({ ...window(rank), filters: count }), (s) => ({
    outputs: (inputs) => {
      const input = spaceOf(inputs, rank, s.data_format);
      const axes = input.axes.map((length, i) => {
        const stride = s.strides[i] ?? 1;
        const overlap = s.padding === "valid" ? Math.max((s.kernel_size[i] ?? 1) - stride, 0) : 0;
        return mapLength(length, (known) => known * stride + overlap);
      });
      return [shapeOf({ ...input, axes, channels: s.filters }, s.data_format)];
    },
    slots: (inputs) => {
      const { axes, channels } = spaceOf(inputs, rank, s.data_format);
      const shape = [...s.kernel_size, s.filters, knownLength(channels, "channels")];
      return [
        // Each input position multiplies the whole kernel.
        { path: "kernel", shape, role: "kernel", filterAxes: [rank], uses: product(axes) },
        ...biasOf(s.use_bias, s.filters),
      ];
    },
  }));
}

const depthMultiplier = v.nullish(count, 1);

/** tfjs ignores `dilation_rate` here. */
const depthwiseConvolution = rule(v.object({ ...window(2), depth_multiplier: depthMultiplier }), (s) => {
  const undilated = { ...s, dilation_rate: [1, 1] };
  return {
    outputs: (inputs) => {
      const input = spaceOf(inputs, 2, s.data_format);
      const channels = mapLength(input.channels, (known) => known * s.depth_multiplier);
      return [shapeOf({ ...input, axes: slide(input.axes, undilated), channels }, s.data_format)];
    },
    slots: (inputs) => {
      const { axes, channels } = spaceOf(inputs, 2, s.data_format);
      const inputChannels = knownLength(channels, "channels");
      return [
        depthwiseKernel(s, inputChannels, product(slide(axes, undilated))),
        ...biasOf(s.use_bias, inputChannels * s.depth_multiplier),
      ];
    },
  };
});

function depthwiseKernel(
  s: { readonly kernel_size: readonly number[]; readonly depth_multiplier: number },
  channels: number,
  uses: number | null,
): Slot {
  const shape = [...s.kernel_size, channels, s.depth_multiplier];
  return { path: "depthwise_kernel", shape, role: "kernel", filterAxes: [2, 3], uses };
}

const separableSettings = v.object({
  ...window(2),
  filters: count,
  depth_multiplier: depthMultiplier,
  kernel_initializer: v.optional(v.unknown()),
  kernel_regularizer: v.optional(v.unknown()),
  kernel_constraint: v.optional(v.unknown()),
});

const separableConvolution = rule(separableSettings, (s) => {
  for (const key of ["kernel_initializer", "kernel_regularizer", "kernel_constraint"] as const) {
    if (s[key] == null) continue;
    throw new LayerProblem(
      `has a "${key}", which TensorFlow.js refuses for separable convolutions`,
      "delete it from model.json",
    );
  }
  refuseStridedDilation(s);
  if (s.data_format === "channels_first" && s.use_bias) {
    throw new LayerProblem(
      "has a bias and its channels first, which TensorFlow.js cannot run",
      "put the channels last",
    );
  }
  return {
    outputs: (inputs) => {
      const input = spaceOf(inputs, 2, s.data_format);
      return [shapeOf({ ...input, axes: slide(input.axes, s), channels: s.filters }, s.data_format)];
    },
    slots: (inputs) => {
      const { axes, channels } = spaceOf(inputs, 2, s.data_format);
      const inputChannels = knownLength(channels, "channels");
      const uses = product(slide(axes, s));
      const shape = [1, 1, inputChannels * s.depth_multiplier, s.filters];
      return [
        depthwiseKernel(s, inputChannels, uses),
        { path: "pointwise_kernel", shape, role: "kernel", filterAxes: [3], uses },
        ...biasOf(s.use_bias, s.filters),
      ];
    },
  };
});

/** Plain, transposed, depthwise and separable convolutions. */
export const convolutionRules: LayerRules = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  Conv2DTranspose: transposedConvolution(2),
  Conv3DTranspose: transposedConvolution(3),
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
};
