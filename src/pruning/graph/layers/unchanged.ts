import * as v from "valibot";
import { lockAll } from "../channels/symbols.ts";
import { type LayerBehaviour, type LayerRules, onlyInput, rule } from "./rule.ts";

// Source: tfjs-layers/src/layers/advanced_activations.ts, core.ts, noise.ts, preprocessing/image_preprocessing.ts, 4.22.0.

/** Gives back the shape it gets, holds no weights, and treats every element by itself. */
const passing: LayerBehaviour = {
  outputs: (inputs) => [onlyInput(inputs)],
  trace: (inputs) => ({ outputs: inputs.slice(0, 1) }),
};

/** The same, but each element depends on others. @param doing what it does with channels, in words */
const mixing = (doing: string): LayerBehaviour => ({
  ...passing,
  trace(inputs, tracer) {
    lockAll(inputs, tracer, doing);
    return { outputs: inputs.slice(0, 1) };
  },
});

const unchanged = rule(v.object({}), () => passing);
const softmax = rule(v.object({}), () => mixing("takes a softmax over these channels"));
const masking = rule(v.object({}), () => mixing("leaves out steps by all channels together"));

/** tfjs takes an array for either, one number for each channel. */
const rescaling = rule(v.object({ scale: v.unknown(), offset: v.optional(v.unknown()) }), ({ scale, offset }) =>
  Array.isArray(scale) || Array.isArray(offset) ? mixing("has a scale or an offset of its own for each") : passing,
);

/** The only slope tfjs's ELU knows is 1. */
const elu = rule(v.object({ alpha: v.nullish(v.literal(1)) }), () => passing);

/** Activations, noise and the like. */
export const unchangedRules: LayerRules = {
  Activation: unchanged,
  AlphaDropout: unchanged,
  Dropout: unchanged,
  ELU: elu,
  GaussianDropout: unchanged,
  GaussianNoise: unchanged,
  LeakyReLU: unchanged,
  Masking: masking,
  ReLU: unchanged,
  Rescaling: rescaling,
  Softmax: softmax,
  SpatialDropout1D: unchanged,
  ThresholdedReLU: unchanged,
};
