import * as tf from "@tensorflow/tfjs-core";
import type { BackendOpener } from "./backend.ts";
import { repairKernels } from "./repairs.ts";
import { trainingKernels } from "./training/gradients.ts";

/** Plain JavaScript: always there, a hundred times slower than WASM. */
export const openCpu: BackendOpener = async () => {
  // tfjs-node brings a copy that registers itself in the same place.
  if (tf.findBackendFactory("cpu") === null) await import("@tensorflow/tfjs-backend-cpu");
  const dispose = repairKernels("cpu", trainingKernels);
  await tf.setBackend("cpu");
  return { detail: "plain JavaScript", verify() {}, dispose };
};
