import * as tf from "@tensorflow/tfjs-core";

/** Makes a right kernel out of the stock one. */
export type Repair = (stock: tf.KernelFunc) => tf.KernelFunc;

/** By kernel name. */
export type Repairs = Readonly<Record<string, Repair>>;

/**
 * Puts kernels in the place of those of a backend that are missing, wrong or slow in tfjs 4.22.0.
 * @returns puts the stock kernels back
 */
export function repairKernels(backendName: string, repairs: Repairs): () => void {
  const undo = Object.entries(repairs).map(([kernelName, repair]) => {
    const stock = tf.getKernel(kernelName, backendName);
    // The setup function stays with the kernel: tfjs calls it whenever the backend starts.
    const config = stock ?? { kernelName, backendName, kernelFunc: missing(kernelName) };
    if (stock) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ ...config, kernelFunc: repair(config.kernelFunc) });
    return () => {
      tf.unregisterKernel(kernelName, backendName);
      if (stock) tf.registerKernel(stock);
    };
  });
  return () => {
    for (const each of undo) each();
  };
}

function missing(kernelName: string): tf.KernelFunc {
  return () => {
    throw new Error(`Kernel ${kernelName} has no stock implementation`);
  };
}
