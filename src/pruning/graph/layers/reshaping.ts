import * as v from "valibot";
import { type Length, mapLength, product } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { beforeAndAfter, count, dataFormat, LayerProblem, type LayerRules, onlyInput, rule } from "./rule.ts";
import { type Space, shapeOf, spaceOf } from "./space.ts";

// Source: tfjs-layers/src/layers/core.ts, padding.ts and convolutional.ts, 4.22.0.

const flatten = rule(v.object({}), () => ({
  outputs: (inputs) => {
    const [batch = null, ...axes] = onlyInput(inputs);
    if (axes.length < 2) throw new LayerProblem("needs an input of 3 or more axes");
    if (axes.includes(null)) throw new LayerProblem("flattens an input whose lengths the model leaves open");
    return [[batch, product(axes)]];
  },
}));

const target = v.array(v.nullable(v.pipe(v.number(), v.integer())));

/** Unlike tfjs's own inference, finds the open length too where the rest of the input is known, as running does. */
const reshape = rule(v.object({ target_shape: target }), (s) => ({
  outputs: (inputs) => {
    const [batch = null, ...axes] = onlyInput(inputs);
    const wanted = s.target_shape.map((length) => (length === null || length < 0 ? null : length));
    return [[batch, ...fillOpenLength(wanted, axes)]];
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
}));

const repeatVector = rule(v.object({ n: count }), (s) => ({
  outputs: (inputs) => {
    const [batch = null, length = null] = onlyInput(inputs, 2);
    return [[batch, s.n, length]];
  },
}));

/** A layer that changes the height and width of images and nothing else. */
function resize(
  format: "channels_last" | "channels_first",
  length: (length: Length, axis: 0 | 1) => Length,
): { outputs: (inputs: readonly Shape[]) => Shape[] } {
  const axes = (space: Space) => space.axes.map((each, i) => length(each, i === 0 ? 0 : 1));
  return {
    outputs: (inputs) => {
      const input = spaceOf(inputs, 2, format);
      return [shapeOf({ ...input, axes: axes(input) }, format)];
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
