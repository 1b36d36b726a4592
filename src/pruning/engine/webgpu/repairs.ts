import { averagePoolRepairs } from "../kernels/averagePool.ts";
import type { Repairs } from "../repairs.ts";
import { trainingKernels } from "../training/gradients.ts";
import { castRepairs } from "./cast.ts";

/** Everything that takes the place of a kernel of the WebGPU backend. */
export const webGpuRepairs: Repairs = { ...trainingKernels, ...averagePoolRepairs, ...castRepairs };
