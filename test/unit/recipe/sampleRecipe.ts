import { sampleModel } from "../../support/samples.ts";

/** A recipe for the sample model, on WASM and without timing it. @param more goes over it */
export const sampleRecipe = (steps: readonly object[], more: object = {}) => ({
  model: sampleModel,
  backend: "wasm",
  latency: false,
  steps,
  ...more,
});
