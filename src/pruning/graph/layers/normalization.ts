import * as v from "valibot";
import { channelsAt, holdAxes, type Symbols } from "../channels/symbols.ts";
import { axisFromFront } from "../lengths.ts";
import { flag, follows, knownLength, LayerProblem, type LayerRules, onlyInput, rule, type Slot } from "./rule.ts";

// Source: tfjs-layers/src/layers/normalization.ts, 4.22.0.

const scaleAndShift = { scale: flag(true), center: flag(true) };

function scaleAndShiftSlots(s: { scale: boolean; center: boolean }, shape: readonly number[]): Slot[] {
  const slots: Slot[] = [];
  if (s.scale) slots.push({ path: "gamma", shape, role: "normalization" });
  if (s.center) slots.push({ path: "beta", shape, role: "normalization" });
  return slots;
}

/** Keras wrote the axis as a list for a while; tfjs takes such a list of one if it counts from the front. */
const batchAxis = v.nullish(v.union([v.number(), v.tuple([v.pipe(v.number(), v.minValue(0))])]), -1);

const batchNormalization = rule(v.object({ axis: batchAxis, ...scaleAndShift }), (s) => ({
  outputs: (inputs) => [onlyInput(inputs)],
  slots: (inputs) => {
    const input = onlyInput(inputs);
    const axis = axisFromFront(typeof s.axis === "number" ? s.axis : s.axis[0], input.length);
    const shape = [knownLength(input[axis], `axis ${axis}`)];
    return [
      ...scaleAndShiftSlots(s, shape),
      { path: "moving_mean", shape, role: "state" },
      { path: "moving_variance", shape, role: "state" },
    ];
  },
  trace(inputs, tracer) {
    const input = inputs[0] as Symbols;
    const axis = axisFromFront(typeof s.axis === "number" ? s.axis : s.axis[0], input.shape.length);
    const followed = [follows(channelsAt(input, axis, tracer))];
    const weights = [...(s.scale ? [followed] : []), ...(s.center ? [followed] : []), followed, followed];
    return { outputs: inputs.slice(0, 1), weights };
  },
  unprunable: "It holds the scale, shift and running statistics of batch normalisation, which has no kernel.",
}));

const axes = v.nullish(v.union([v.number(), v.array(v.number())]), -1);

const layerNormalization = rule(v.object({ axis: axes, ...scaleAndShift }), (s) => ({
  outputs: (inputs) => [onlyInput(inputs)],
  slots: (inputs) => {
    const input = onlyInput(inputs);
    const shape = [s.axis].flat().map((axis) => knownLength(input[axisFromFront(axis, input.length)], `axis ${axis}`));
    return scaleAndShiftSlots(s, shape);
  },
  trace(inputs, tracer) {
    const input = inputs[0] as Symbols;
    const normalized = [s.axis].flat().map((axis) => axisFromFront(axis, input.shape.length));
    holdAxes(input, normalized, tracer, "normalises over these channels");
    const followed = normalized.map((axis) => follows(channelsAt(input, axis, tracer)));
    return {
      outputs: inputs.slice(0, 1),
      weights: [...(s.scale ? [followed] : []), ...(s.center ? [followed] : [])],
    };
  },
  unprunable: "It holds the scale and shift of layer normalisation, which has no kernel.",
}));

const sharedAxes = v.nullish(v.union([v.number(), v.array(v.number())]), []);

const prelu = rule(v.object({ shared_axes: sharedAxes }), (s) => {
  const shared = [s.shared_axes].flat();
  return {
    outputs: (inputs) => [onlyInput(inputs)],
    slots: (inputs) => {
      const axes = onlyInput(inputs).slice(1);
      if (axes.length === 0) throw new LayerProblem("needs an input of 2 or more axes");
      const shape = axes.map((length, i) => (shared.includes(i + 1) ? 1 : knownLength(length, `axis ${i + 1}`)));
      return [{ path: "alpha", shape, role: "constant" }];
    },
    trace(inputs, tracer) {
      const input = inputs[0] as Symbols;
      // The channels of a field are counted on its last axis, unless the slopes tell otherwise: so from the back.
      const own = input.shape.slice(1).map((_, i) => i + 1);
      const axes = own.toReversed().map((axis) => (shared.includes(axis) ? null : channelsAt(input, axis, tracer)));
      return { sameShape: true, outputs: inputs.slice(0, 1), weights: [axes.toReversed().map(follows)] };
    },
    unprunable: "It holds the slopes of an activation, which has no kernel.",
  };
});

/** Layers whose weights scale and shift, one per channel or so. */
export const normalizationRules: LayerRules = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  PReLU: prelu,
};
