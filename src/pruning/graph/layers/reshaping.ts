import * as v from "valibot";
import { reshaped } from "../channels/reshaped.ts";
import { along, onlyChannelsAt, type Symbols } from "../channels/symbols.ts";
import { type Length, mapLength, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import {
  beforeAndAfter,
  count,
  dataFormat,
  type LayerBehaviour,
  LayerProblem,
  type LayerRules,
  onlyInput,
  rule,
} from "./rule.ts";
import { channelAxis, type Space, shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/core.ts, padding.ts and convolutional.ts, 4.22.0.

/** With channels in front, tfjs moves them behind the places before it flattens. */
const flatten = rule(v.object({ data_format: v.nullish(v.string()) }), (s) => ({
  outputs: (inputs) => {
    const [batch = null, ...axes] = onlyInput(inputs);
    if (axes.length < 2) throw new LayerProblem("needs an input of 3 or more axes");
    if (axes.includes(null)) throw new LayerProblem("flattens an input whose lengths the model leaves open");
    return [[batch, product(axes)]];
  },
  trace: ([input], tracer, [shape = []]) => {
    const ordered = s.data_format === "channels_first" ? channelsMovedLast(input as Symbols) : (input as Symbols);
    return { outputs: [reshaped(ordered, shape, tracer)] };
  },
}));

function channelsMovedLast({ shape, axes }: Symbols): Symbols {
  const moved = <T>([batch, channels, ...places]: readonly T[]): T[] => [batch as T, ...places, channels as T];
  return { shape: moved(shape), axes: moved(axes) };
}

const target = v.array(v.nullable(v.pipe(v.number(), v.integer())));

/** Unlike tfjs's own inference, finds the open length too where the rest of the input is known, as running does. */
const reshape = rule(v.object({ target_shape: target }), (s) => ({
  outputs: (inputs) => {
    const [batch = null, ...axes] = onlyInput(inputs);
    const wanted = s.target_shape.map((length) => (length === null || length < 0 ? null : length));
    return [[batch, ...fillOpenLength(wanted, axes)]];
  },
  trace([input], tracer, [shape = []]) {
    const output = reshaped(input as Symbols, shape, tracer);
    const targets = s.target_shape.map((length, i) => ({ length, symbols: output.axes[i + 1] ?? null, i }));
    return {
      outputs: [output],
      counts: targets.flatMap(({ length, symbols, i }) =>
        symbols !== null && length !== null && length >= 0 ? [{ path: ["target_shape", i], channels: symbols }] : [],
      ),
    };
  },
}));

function fillOpenLength(wanted: Shape, from: Shape): Shape {
  const open = wanted.filter((length) => length === null).length;
  if (open > 1) throw new LayerProblem("leaves more than one length of its target_shape open");
  const known = product(wanted.filter((length) => length !== null)) ?? 0;
  const missing = mapLength(product(from), (size) => size / known);
  if (missing !== null && (open === 0 ? missing !== 1 : !Number.isInteger(missing))) {
    throw new LayerProblem("has a target_shape that does not fit its input");
  }
  return wanted.map((length) => length ?? missing);
}

const permute = rule(v.object({ dims: v.array(count) }), (s) => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs, s.dims.length + 1);
    return [[input[0] ?? null, ...s.dims.map((axis) => input[axis] ?? null)]];
  },
  trace: ([input], _, [shape = []]) => ({
    outputs: [{ shape, axes: [null, ...s.dims.map((axis) => input?.axes[axis] ?? null)] }],
  }),
}));

const repeatVector = rule(v.object({ n: count }), (s) => ({
  outputs: (inputs) => {
    const [batch = null, length = null] = onlyInput(inputs, 2);
    return [[batch, s.n, length]];
  },
  trace: ([input], _, [shape = []]) => ({ outputs: [{ shape, axes: [null, null, input?.axes[1] ?? null] }] }),
}));

/** A layer that changes the height and width of images and nothing else. */
function resize(
  format: "channels_last" | "channels_first",
  length: (length: Length, axis: 0 | 1) => Length,
): LayerBehaviour {
  const axes = (space: Space) => space.axes.map((each, i) => length(each, i === 0 ? 0 : 1));
  return {
    outputs: (inputs) => {
      const input = spaceOf(inputs, 2, format);
      return [shapeOf({ ...input, axes: axes(input) }, format)];
    },
    trace([input], tracer, [shape = []]) {
      const axis = channelAxis(shape.length, format);
      return {
        outputs: [
          along(
            shape,
            axis,
            onlyChannelsAt(input as Symbols, axis, tracer, "adds, cuts or repeats positions along these channels"),
          ),
        ],
      };
    },
  };
}

const zeroPadding = rule(
  v.object({ padding: v.nullish(beforeAndAfter, 1), data_format: dataFormat }),
  ({ padding, data_format }) =>
    resize(data_format, (length, axis) => mapLength(length, (known) => known + padding[axis][0] + padding[axis][1])),
);

const cropping = rule(v.object({ cropping: beforeAndAfter, data_format: dataFormat }), ({ cropping, data_format }) =>
  resize(data_format, (length, axis) => mapLength(length, (known) => known - cropping[axis][0] - cropping[axis][1])),
);

const upSampling = rule(
  v.object({
    size: v.nullish(v.tuple([count, count]), [2, 2]),
    data_format: dataFormat,
    interpolation: v.nullish(v.picklist(["nearest", "bilinear"])),
  }),
  ({ size, data_format }) => resize(data_format, (length, axis) => mapLength(length, (known) => known * size[axis])),
);

/** Layers that order, pad, crop or repeat what they get. */
export const reshapingRules: LayerRules = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upSampling,
};
