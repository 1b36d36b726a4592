import { convolutionRules } from "./convolution.ts";
import { elementwiseRules } from "./elementwise.ts";
import { matrixRules } from "./matrices.ts";
import { reductionRules } from "./reduction.ts";
import { shapingRules } from "./shaping.ts";
import { slicingRules } from "./slicing.ts";
import { sourceRules } from "./sources.ts";
import type { OpRules } from "./tensor.ts";

/** How to tell shapes through the ops. What is not here gives tensors of unknown shape. */
export const opRules: OpRules = {
  ...convolutionRules,
  ...elementwiseRules,
  ...matrixRules,
  ...reductionRules,
  ...shapingRules,
  ...slicingRules,
  ...sourceRules,
};
