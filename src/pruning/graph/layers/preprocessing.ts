import * as v from "valibot";
import { count, type LayerRule, onlyInput, rule } from "./rule.ts";

// Source: tfjs-layers/src/layers/preprocessing/, 4.22.0.

const size = { height: count, width: count };

const centerCrop = rule(v.object(size), (s) => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs, 3, 4);
    return [[...input.slice(0, -3), s.height, s.width, input.at(-1) ?? null]];
  },
}));

/** The shape that running gives; tfjs's own inference forgets the batch. */
const resizing = rule(v.object({ ...size, interpolation: v.nullish(v.picklist(["bilinear", "nearest"])) }), (s) => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs, 3, 4);
    return [[...input.slice(0, -3), s.height, s.width, input.at(-1) ?? null]];
  },
}));

/** Draws a new width at every run, training or not. */
const randomWidth = rule(v.object({ interpolation: v.nullish(v.picklist(["bilinear", "nearest"])) }), () => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs, 3, 4);
    return [[...input.slice(0, -2), null, input.at(-1) ?? null]];
  },
}));

const outputModes = v.nullish(v.picklist(["int", "one_hot", "multi_hot", "count", "tf_idf"]), "multi_hot");

const categoryEncoding = rule(v.object({ num_tokens: count, output_mode: outputModes }), (s) => ({
  outputs: (inputs) => {
    const input = onlyInput(inputs);
    const appended = s.output_mode === "one_hot" && input.at(-1) !== 1;
    return [[...(appended ? input : input.slice(0, -1)), s.num_tokens]];
  },
}));

export const preprocessingRules: Readonly<Record<string, LayerRule>> = {
  CategoryEncoding: categoryEncoding,
  CenterCrop: centerCrop,
  RandomWidth: randomWidth,
  Resizing: resizing,
};
