import * as tf from "@tensorflow/tfjs-core";
import type { BackendOpener, OpenBackend } from "../backend.ts";
import { repairKernels } from "../repairs.ts";
import { adapterText, findAdapter, requireDevice } from "./adapter.ts";
import { loadDawn } from "./dawn.ts";
import { guardReading, watchFaults } from "./faults.ts";
import { shareNames } from "./names.ts";
import { webGpuRepairs } from "./repairs.ts";

/**
 * Graphics cards, through Dawn as some folder has it installed.
 * @throws SecateurError `backend` when it is not installed, or finds no adapter; or only software, unless asked for
 */
export const openWebGpu: BackendOpener = async ({ webgpuFolders = [], asked, log }) => {
  if (!asked) requireDevice();
  const dawn = await loadDawn(webgpuFolders);
  const adapter = await findAdapter(dawn.gpu, !asked);
  log(`Dawn was loaded from ${dawn.folder}.`);
  const takeNamesAway = shareNames(dawn);
  try {
    const { verify, dispose } = await start(adapter);
    return {
      detail: adapterText(adapter.info),
      verify,
      dispose() {
        dispose();
        takeNamesAway();
      },
    };
  } catch (error) {
    takeNamesAway();
    throw error;
  }
};

/** Makes a device, and TensorFlow.js's active backend of it. */
async function start(adapter: GPUAdapter): Promise<Pick<OpenBackend, "verify" | "dispose">> {
  const device = await adapter.requestDevice({ requiredLimits: limitsOf(adapter) });
  const { verify } = watchFaults(device);
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  const backend = new WebGPUBackend(device, adapter.info);
  guardReading(backend, { verify });
  // The package registers one of its own, whose device nobody could watch.
  if (tf.findBackendFactory("webgpu") !== null) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => backend);
  const restoreKernels = repairKernels("webgpu", webGpuRepairs);
  const dispose = () => {
    restoreKernels();
    tf.removeBackend("webgpu");
    device.destroy();
  };
  if (await tf.setBackend("webgpu")) return { verify, dispose };
  dispose();
  throw new Error("it did not start");
}

/** What tensors and their kernels are bounded by. */
const bounds = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** All that the adapter can give of these. */
const limitsOf = ({ limits }: GPUAdapter): Record<string, number> =>
  Object.fromEntries(bounds.map((name) => [name, limits[name]]));
