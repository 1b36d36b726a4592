import * as v from "valibot";
import { type LayerRules, onlyInput, rule } from "./rule.ts";

// Source: tfjs-layers/src/layers/advanced_activations.ts, core.ts, noise.ts, preprocessing/image_preprocessing.ts, 4.22.0.

/** Layers that give back the shape they get and hold no weights. */
const unchanged = rule(v.object({}), () => ({ outputs: (inputs) => [onlyInput(inputs)] }));

/** The only slope tfjs's ELU knows is 1. */
const elu = rule(v.object({ alpha: v.nullish(v.literal(1)) }), () => ({ outputs: (inputs) => [onlyInput(inputs)] }));

/** Activations, noise and the like. */
export const unchangedRules: LayerRules = {
  Activation: unchanged,
  AlphaDropout: unchanged,
  Dropout: unchanged,
  ELU: elu,
  GaussianDropout: unchanged,
  GaussianNoise: unchanged,
  LeakyReLU: unchanged,
  Masking: unchanged,
  ReLU: unchanged,
  Rescaling: unchanged,
  Softmax: unchanged,
  SpatialDropout1D: unchanged,
  ThresholdedReLU: unchanged,
};
