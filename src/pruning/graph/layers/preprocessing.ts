import * as v from "valibot";
import { along, onlyChannelsAt, type Symbols } from "../channels/symbols.ts";
import { count, LayerProblem, type LayerRules, onlyInput, rule } from "./rule.ts";

// Source: tfjs-layers/src/layers/preprocessing/, 4.22.0.

const size = { height: count, width: count };

const centerCrop = rule(v.object(size), (s) => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs, 3, 4);
    return [[...input.slice(0, -3), s.height, s.width, input.at(-1) ?? null]];
  },
  trace([input], tracer, [shape = []]) {
    const axis = shape.length - 1;
    return {
      outputs: [along(shape, axis, onlyChannelsAt(input as Symbols, axis, tracer, "crops along these channels"))],
    };
  },
}));

/** Layers that tfjs loads and cannot run: they hand the list of their inputs to an op that takes one. */
const broken = rule(v.object({}), () => {
  throw new LayerProblem("is of a class that TensorFlow.js loads but cannot run", "resize images before the model");
});

const outputModes = v.nullish(v.picklist(["int", "one_hot", "multi_hot", "count", "tf_idf"]), "multi_hot");

const categoryEncoding = rule(v.object({ num_tokens: count, output_mode: outputModes }), (s) => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs);
    const appended = s.output_mode === "one_hot" && input.at(-1) !== 1;
    return [[...(appended ? input : input.slice(0, -1)), s.num_tokens]];
  },
}));

/** Layers that prepare raw inputs. */
export const preprocessingRules: LayerRules = {
  CategoryEncoding: categoryEncoding,
  CenterCrop: centerCrop,
  RandomWidth: broken,
  Resizing: broken,
};
