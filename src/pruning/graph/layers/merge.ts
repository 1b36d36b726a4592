import * as v from "valibot";
import { joined, merged } from "../channels/arrange.ts";
import { channelsAt, holdAxes, type Symbols } from "../channels/symbols.ts";
import { axisFromFront, type Length, sum } from "../lengths.ts";
import type { Shape } from "../network.ts";
import { LayerProblem, type LayerRules, rule } from "./rule.ts";

// Source: tfjs-layers/src/layers/merge.ts, 4.22.0.

const elementwise = rule(v.object({}), () => ({
  outputs: (inputs) => {
    const [first, ...others] = severalInputs(inputs);
    const rest = others.reduce<Shape>((merged, other) => mergeAxes(merged, other.slice(1)), first.slice(1));
    const batches = new Set(inputs.map(([batch]) => batch ?? null).filter((batch) => batch !== null));
    if (batches.size > 1) throw new LayerProblem("gets inputs of different batch sizes");
    return [[[...batches][0] ?? null, ...rest]];
  },
  trace: (inputs, tracer, [shape = []]) => ({ outputs: [merged(inputs, shape, tracer)] }),
}));

function severalInputs(inputs: readonly Shape[]): readonly [Shape, ...Shape[]] {
  const [first, ...others] = inputs;
  if (first && others.length > 0) return [first, ...others];
  throw new LayerProblem("needs two or more inputs");
}

/** Broadcasts from the last axis; an unknown length stays unknown, as tfjs has it. */
function mergeAxes(a: Shape, b: Shape): Shape {
  if (a.length < b.length) return mergeAxes(b, a);
  const lead = a.length - b.length;
  return a.map((length, i) => (i < lead ? length : mergeLength(length, b[i - lead] ?? null)));
}

function mergeLength(a: Length, b: Length): Length {
  if (a === null || b === null) return null;
  if (a === 1 || a === b) return b;
  if (b === 1) return a;
  throw new LayerProblem(`gets inputs whose lengths ${a} and ${b} do not go together`);
}

const concatenate = rule(v.object({ axis: v.nullish(v.number(), -1) }), (s) => ({
  outputs: (inputs) => {
    const [first] = severalInputs(inputs);
    const axis = axisFromFront(s.axis, first.length);
    const fits = inputs.every(
      (shape) => shape.length === first.length && shape.every((length, i) => i === axis || length === first[i]),
    );
    if (!fits) throw new LayerProblem("joins inputs that differ in more than the joined axis");
    return [first.map((length, i) => (i === axis ? sum(inputs.map((shape) => shape[axis] ?? null)) : length))];
  },
  trace: (inputs, tracer, [shape = []]) => ({
    outputs: [joined(inputs, axisFromFront(s.axis, shape.length), shape, tracer)],
  }),
}));

const dot = rule(v.object({ axes: v.union([v.number(), v.tuple([v.number(), v.number()])]) }), (s) => ({
  outputs: (inputs) => {
    const [a, b] = severalInputs(inputs);
    if (!b || inputs.length !== 2 || a.length > 3 || b.length > 3) {
      throw new LayerProblem("needs exactly two inputs of at most 3 axes");
    }
    const [axisA, axisB] = dotAxes(s.axes, a, b);
    const restA = a.filter((_, i) => i !== axisA);
    const restB = b.filter((_, i) => i !== axisB);
    const output = [...restA, ...restB.slice(1)];
    return [output.length === 1 ? [...output, 1] : output];
  },
  trace(inputs, tracer, [shape = []]) {
    const [a, b] = inputs as readonly [Symbols, Symbols];
    const [axisA, axisB] = dotAxes(s.axes, a.shape, b.shape);
    // Only where what is multiplied away is zero would a masked model say the same as a smaller one.
    holdAxes(a, [axisA], tracer, "multiplies these channels away");
    holdAxes(b, [axisB], tracer, "multiplies these channels away");
    const rest = (tensor: Symbols, without: number) =>
      tensor.axes.map((_, i) => (i === 0 ? null : channelsAt(tensor, i, tracer))).filter((_, i) => i !== without);
    const axes = [...rest(a, axisA), ...rest(b, axisB).slice(1)];
    return { outputs: [{ shape, axes: shape.map((_, i) => axes[i] ?? null) }] };
  },
}));

/** The axes that a dot product sums over, counted from the front. */
function dotAxes(axes: number | readonly [number, number], a: Shape, b: Shape): readonly [number, number] {
  const [axisA, axisB] = typeof axes === "number" ? [axes, axes] : axes;
  return [axisFromFront(axisA, a.length), axisFromFront(axisB, b.length)];
}

/** Layers of several inputs. */
export const mergeRules: LayerRules = {
  Add: elementwise,
  Average: elementwise,
  Maximum: elementwise,
  Minimum: elementwise,
  Multiply: elementwise,
  Concatenate: concatenate,
  Dot: dot,
};
