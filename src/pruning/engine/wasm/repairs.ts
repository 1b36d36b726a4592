import { averagePoolRepairs } from "../kernels/averagePool.ts";
import type { Repairs } from "../repairs.ts";
import { copyRepairs } from "./copies.ts";
import { adamKernels } from "./kernels/adam.ts";
import { batchNormKernels } from "./kernels/batchNorm.ts";
import { boundedGradientKernels } from "./kernels/bounded.ts";
import { convolutionKernels } from "./kernels/convolution.ts";
import { convolution3dGradientKernels } from "./kernels/convolution3d.ts";
import { convolutionGradientKernels } from "./kernels/convolutionGradients.ts";
import { convolveEachKernels } from "./kernels/convolveEach.ts";
import { depthwiseGradientKernels } from "./kernels/depthwiseGradients.ts";
import { maxPoolKernels } from "./kernels/pooling.ts";
import { sumKernels } from "./kernels/sums.ts";
import { matMulRepairs } from "./matMul.ts";
import { maximumRepairs } from "./maximum.ts";
import type { Native } from "./native.ts";
import { oneHotRepairs } from "./oneHot.ts";
import { preluRepairs } from "./prelu.ts";

/** Everything that takes the place of a kernel of the WASM backend. */
export function wasmRepairs(native: Native): Repairs {
  return {
    ...matMulRepairs(native),
    ...maximumRepairs,
    ...copyRepairs(native),
    ...preluRepairs,
    ...oneHotRepairs,
    ...averagePoolRepairs,
    ...convolution3dGradientKernels,
    ...convolutionKernels(native),
    ...convolveEachKernels(native),
    ...convolutionGradientKernels(native),
    ...depthwiseGradientKernels(native),
    ...maxPoolKernels(native),
    ...sumKernels(native),
    ...boundedGradientKernels(native),
    ...batchNormKernels(native),
    ...adamKernels(native),
  };
}
