import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { loadDawn } from "../../../src/pruning/engine/webgpu/dawn.ts";
import { shareNames } from "../../../src/pruning/engine/webgpu/names.ts";

/**
 * Runs something on the WebGPU backend as published, to show what is wrong with it.
 * @param folder where webgpu is installed
 */
export async function onStockWebGpu<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const dawn = await loadDawn([folder]);
  const takeNamesAway = shareNames(dawn);
  const device = await (await dawn.gpu.requestAdapter())?.requestDevice();
  assert.ok(device);
  // What is wrong would be printed, too.
  device.addEventListener("uncapturederror", (event) => event.preventDefault());
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  if (tf.findBackendFactory("webgpu") !== null) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device));
  await tf.setBackend("webgpu");
  try {
    return await use();
  } finally {
    tf.removeBackend("webgpu");
    device.destroy();
    takeNamesAway();
  }
}
