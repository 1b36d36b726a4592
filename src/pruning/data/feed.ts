import type { Scaling, Split } from "./dataset.ts";
import type { Fit } from "./fit.ts";

/** Labelled images, and how a model is fed them. */
export interface Feed {
  readonly split: Split;
  readonly fit: Fit;
  readonly scaling: Scaling;
}
