import * as v from "valibot";
import { along, channelsAt, lockAll, type Symbols } from "../channels/symbols.ts";
import { product } from "../lengths.ts";
import {
  count,
  flag,
  knownLength,
  LayerProblem,
  type LayerRules,
  makes,
  onlyInput,
  reads,
  rule,
  type Slot,
} from "./rule.ts";

// Source: tfjs-layers/src/layers/core.ts and embeddings.ts, 4.22.0.

const dense = rule(v.object({ units: count, use_bias: flag(true) }), (s) => ({
  outputs: (inputs) => [[...atLeastTwo(onlyInput(inputs)).slice(0, -1), s.units]],
  slots: (inputs) => {
    const input = atLeastTwo(onlyInput(inputs));
    const shape = [knownLength(input.at(-1), "last axis"), s.units];
    const kernel: Slot = { path: "kernel", shape, role: "kernel", filterAxes: [1], uses: product(input.slice(1, -1)) };
    return s.use_bias ? [kernel, { path: "bias", shape: [s.units], role: "bias" }] : [kernel];
  },
  trace([input], tracer, [shape = []]) {
    const { axes } = input as Symbols;
    const read = reads(channelsAt(input as Symbols, axes.length - 1, tracer));
    const units = tracer.fresh(s.units);
    return {
      // Whatever stands along the axes before is treated alike.
      outputs: [{ shape, axes: [...axes.slice(0, -1), units] }],
      weights: [[read, makes(units)], ...(s.use_bias ? [[makes(units)]] : [])],
      counts: [{ path: ["units"], channels: units }],
    };
  },
}));

function atLeastTwo<T extends readonly unknown[]>(input: T): T {
  if (input.length >= 2) return input;
  throw new LayerProblem("needs an input of 2 or more axes");
}

const lengths = v.union([v.number(), v.array(v.nullable(v.number()))]);

/** A look-up multiplies nothing: its kernel has no uses. */
const embedding = rule(v.object({ input_dim: count, output_dim: count, input_length: v.nullish(lengths) }), (s) => ({
  outputs: (inputs) => {
    const [batch = null, ...axes] = onlyInput(inputs);
    if (s.input_length === null || s.input_length === undefined) return [[batch, ...axes, s.output_dim]];
    const given = typeof s.input_length === "number" ? [s.input_length] : s.input_length;
    if (given.length !== axes.length) throw new LayerProblem("has an input_length that does not fit its input");
    return [[batch, ...given.map((length, i) => length ?? axes[i] ?? null), s.output_dim]];
  },
  slots: () => [{ path: "embeddings", shape: [s.input_dim, s.output_dim], role: "kernel", filterAxes: [1], uses: 0 }],
  trace([input], tracer, [shape = []]) {
    // Numbers that are looked up are no channels to take out.
    if (input) lockAll([input], tracer, "looks these channels up as indices");
    const units = tracer.fresh(s.output_dim);
    return {
      outputs: [along(shape, shape.length - 1, units)],
      weights: [[null, makes(units)]],
      counts: [{ path: ["output_dim"], channels: units }],
    };
  },
}));

/** Products with a matrix, and look-ups of its rows. */
export const denseRules: LayerRules = { Dense: dense, Embedding: embedding };
