import * as tf from "@tensorflow/tfjs-core";
import type { BackendOpener } from "./backend.ts";
import { averagePoolRepairs } from "./kernels/averagePool.ts";
import { batchNormRepairs } from "./kernels/batchNorm.ts";
import { resizeRepairs } from "./kernels/resize.ts";
import { repairKernels } from "./repairs.ts";
import { trainingKernels } from "./training/gradients.ts";

const repairs = { ...trainingKernels, ...averagePoolRepairs, ...batchNormRepairs, ...resizeRepairs };

/** Plain JavaScript: always there, a hundred times slower than WASM. */
export const openCpu: BackendOpener = async () => {
  // tfjs-node brings a copy that registers itself in the same place.
  if (tf.findBackendFactory("cpu") === null) await import("@tensorflow/tfjs-backend-cpu");
  const dispose = repairKernels("cpu", repairs);
  await tf.setBackend("cpu");
  return { detail: "plain JavaScript", verify() {}, dispose };
};
