import * as tf from "@tensorflow/tfjs-core";
import { convolutionRepairs } from "./convolution.ts";
import { matMulRepairs } from "./matMul.ts";
import { maximumRepairs } from "./maximum.ts";

/** Makes a right kernel out of the stock one. */
export type Repair = (stock: tf.KernelFunc) => tf.KernelFunc;

const repairs: Readonly<Record<string, Repair>> = { ...matMulRepairs, ...convolutionRepairs, ...maximumRepairs };

/**
 * Puts kernels in the place of those of the WASM backend that are wrong in tfjs 4.22.0.
 * @returns puts the stock kernels back
 */
export function repairKernels(): () => void {
  const stock = Object.keys(repairs).map((name) => tf.getKernel(name, "wasm"));
  for (const config of stock) {
    const repair = repairs[config.kernelName] as Repair;
    replace({ ...config, kernelFunc: repair(config.kernelFunc) });
  }
  return () => stock.forEach(replace);
}

/** The setup function stays with the kernel: tfjs calls it whenever a WASM module starts. */
function replace(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}
