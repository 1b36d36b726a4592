import { existsSync } from "node:fs";
import { SecateurError } from "../../errors.ts";

/** Where Linux shows a graphics card, one of NVIDIA's, and one of Windows' beneath it. */
const linuxDevices = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];

/** What computes on the processor in a graphics card's stead calls itself, or is called by Dawn. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|\bcpu\b/i;

/** Whether an adapter is a processor that stands in for a graphics card. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  const { vendor, architecture, device, description } = info;
  return info.isFallbackAdapter || software.test([vendor, architecture, device, description].join(" "));
}

/** For people, such as `nvidia-geforce-rtx-3090, NVIDIA: 535.54`. */
export function adapterText(info: GPUAdapterInfo): string {
  const { vendor, architecture, device, description } = info;
  const name = device || [vendor, architecture].filter((part) => part !== "").join(" ") || "unknown adapter";
  return [name, description, isSoftware(info) ? "software" : ""].filter((part) => part !== "").join(", ");
}

/**
 * Spares a machine that cannot have a graphics card from loading what looks for one, and its warnings.
 * @throws SecateurError `backend`
 */
export function requireDevice(): void {
  if (process.platform !== "linux" || linuxDevices.some(existsSync)) return;
  throw new SecateurError("backend", "WebGPU needs a graphics card, and this machine shows none.");
}

/**
 * The adapter that is fastest, as its driver has it.
 * @param realOnly takes no software for one
 * @throws SecateurError `backend`
 */
export async function findAdapter(gpu: GPU, realOnly: boolean): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new SecateurError(
      "backend",
      "WebGPU found no graphics card on this machine; install a driver of Vulkan, Metal or Direct3D 12 for it, or choose another backend, such as wasm.",
    );
  }
  if (realOnly && isSoftware(adapter.info)) {
    throw new SecateurError(
      "backend",
      `WebGPU found no graphics card, only software in its stead (${adapterText(adapter.info)}), which is slower than the other backends.`,
    );
  }
  return adapter;
}
