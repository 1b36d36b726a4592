import type { Definition } from "../code/functions.ts";
import { adamStep } from "./adam.ts";
import { boundedGradient } from "./bounded.ts";
import { combineColumns, normaliseColumns, sumProducts, sumRows, sumSquares } from "./columns.ts";
import { convolve, pack } from "./convolution.ts";
import { convolveEach } from "./convolutionEach.ts";
import { depthwiseFilterGradient, depthwiseInputGradient } from "./depthwise.ts";
import { filterGradient } from "./filterGradient.ts";
import { maxPool, maxPoolGradient } from "./pooling.ts";
import { transposedProduct } from "./products.ts";
import { sumSegments } from "./segments.ts";
import { restoreWeights, transformWeights } from "./winograd.ts";
import { winogradConvolve } from "./winogradConvolution.ts";
import { winogradFilterGradient } from "./winogradFilterGradient.ts";

/** All functions of our own that run as WASM. */
export const library: readonly Definition[] = [
  convolve,
  convolveEach,
  pack,
  transformWeights,
  winogradConvolve,
  winogradFilterGradient,
  restoreWeights,
  filterGradient,
  transposedProduct,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  maxPool,
  maxPoolGradient,
  sumRows,
  sumSquares,
  sumProducts,
  normaliseColumns,
  combineColumns,
  sumSegments,
  boundedGradient,
  adamStep,
];
