import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { SecateurError } from "../../errors.ts";

/** What went wrong on a graphics card: it says so only afterwards, and computes zeros until then. */
export interface Faults {
  /** Throws a `backend` SecateurError for the first fault since the last call. */
  verify(): void;
}

/** Keeps an eye on a device. */
export function watchFaults(device: GPUDevice): Faults {
  let first: string | undefined;
  const note = (fault: string) => {
    first ??= fault;
  };
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    note((event as GPUUncapturedErrorEvent).error.message);
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== "destroyed") note(`the graphics card was lost: ${message}`);
  });
  return {
    verify() {
      if (first === undefined) return;
      const [line = "", ...rest] = first.trim().split("\n");
      first = undefined;
      throw new SecateurError(
        "backend",
        `The WebGPU backend failed (${line.replace(/\.$/, "")}); use a smaller batch or model, or another backend.`,
        rest.join("\n"),
      );
    },
  };
}

/**
 * Makes a backend that reads numbers back only when they are right, and only while it may wait for them: Node has no
 * canvas, through which the stock one reads at once.
 */
export function guardReading(backend: WebGPUBackend, { verify }: Faults): void {
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    try {
      const values = await read(dataId);
      verify();
      return values;
    } catch (error) {
      verify();
      throw error;
    }
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    const { values, dtype, complexTensorInfos } = backend.tensorMap.get(dataId);
    if (values || dtype === "string" || complexTensorInfos) return readSync(dataId);
    throw new SecateurError(
      "unsupported-model",
      "The model cannot run on WebGPU, since an op of it waits for a number from the graphics card; choose another backend, such as wasm.",
    );
  };
}
