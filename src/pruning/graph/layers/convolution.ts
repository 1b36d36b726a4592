import * as v from "valibot";
import { along, lockAll, onlyChannelsAt, type Symbols } from "../channels/symbols.ts";
import type { Tracer } from "../channels/tracer.ts";
import { mapLength, product, windowCount } from "../lengths.ts";
import type { Shape } from "../network.ts";
import {
  count,
  dataFormat,
  flag,
  follows,
  knownLength,
  type LayerBehaviour,
  LayerProblem,
  type LayerRule,
  type LayerRules,
  makes,
  none,
  perAxis,
  reads,
  rule,
  type Slot,
  windowPadding,
} from "./rule.ts";
import { channelAxis, shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/convolutional.ts and convolutional_depthwise.ts, 4.22.0.

const window = (rank: number) => ({
  kernel_size: perAxis(rank),
  strides: v.nullish(perAxis(rank), 1),
  padding: windowPadding,
  data_format: dataFormat,
  dilation_rate: v.nullish(perAxis(rank), 1),
  use_bias: flag(true),
});

type Format = "channels_last" | "channels_first";

type Trace = NonNullable<LayerBehaviour["trace"]>;

/** The channels a window sees; the lengths it slides along stay as they are. */
export function windowed(input: Symbols, tracer: Tracer, format: Format) {
  return onlyChannelsAt(input, channelAxis(input.shape.length, format), tracer, "slides a window along these channels");
}

/** The output of a layer whose channels stand where its format says. */
export function formatted(shape: Shape | undefined, channels: Int32Array | null, format: Format): Symbols {
  const known = shape ?? [];
  return along(known, channelAxis(known.length, format), channels);
}

/** New filters, each a sum over the channels that a kernel reads. */
function traceFilters(
  s: { filters: number; use_bias: boolean; data_format: Format },
  kernel: "in-out" | "out-in",
): Trace {
  return ([input], tracer, [shape]) => {
    if (!input) throw new Error("a convolution has an input");
    const read = reads(windowed(input, tracer, s.data_format));
    const filters = tracer.fresh(s.filters);
    const window = none(input.shape.length - 2);
    const axes = kernel === "in-out" ? [...window, read, makes(filters)] : [...window, makes(filters), read];
    return {
      outputs: [formatted(shape, filters, s.data_format)],
      weights: [axes, ...(s.use_bias ? [[makes(filters)]] : [])],
      counts: [{ path: ["filters"], channels: filters }],
    };
  };
}

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
    const filters = traceFilters(s, "in-out");
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
      trace: rank === 1 && s.data_format === "channels_first" ? lockingFilters(filters) : filters,
    };
  });
}

/** Where tfjs takes channels in front and gives them back behind: its conv1d never turns them again. */
function lockingFilters(trace: Trace): Trace {
  return (inputs, tracer, shapes) => {
    const traced = trace(inputs, tracer, shapes);
    lockAll(traced.outputs, tracer, "says that its filters come first, and TensorFlow.js puts them last");
    return traced;
  };
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
    trace: traceFilters(s, "out-in"),
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
    trace([input], tracer, [shape]) {
      const { channels, outputs } = multiplied(input, tracer, s);
      return {
        outputs: [formatted(shape, outputs, s.data_format)],
        weights: [[...none(2), follows(channels), null], ...(s.use_bias ? [[follows(outputs)]] : [])],
      };
    },
  };
});

/** What a depthwise kernel makes of each channel: output c·m + j belongs to channel c. */
function multiplied(
  input: Symbols | undefined,
  tracer: Tracer,
  { depth_multiplier, data_format }: { readonly depth_multiplier: number; readonly data_format: Format },
) {
  const channels = input ? windowed(input, tracer, data_format) : null;
  return { channels, outputs: channels && repeatEach(channels, depth_multiplier) };
}

const repeatEach = (channels: Int32Array, times: number): Int32Array =>
  Int32Array.from({ length: channels.length * times }, (_, i) => channels[Math.floor(i / times)] as number);

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
    trace([input], tracer, [shape]) {
      const { channels, outputs } = multiplied(input, tracer, s);
      const filters = tracer.fresh(s.filters);
      return {
        outputs: [formatted(shape, filters, s.data_format)],
        weights: [
          [...none(2), follows(channels), null],
          [...none(2), reads(outputs), makes(filters)],
          ...(s.use_bias ? [[makes(filters)]] : []),
        ],
        counts: [{ path: ["filters"], channels: filters }],
      };
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
