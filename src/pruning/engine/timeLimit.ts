import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../errors.ts";
import { repairKernels } from "./repairs.ts";

/**
 * Ends what a backend computes once it has taken too long: between two kernels, for nothing else can stop a
 * computation that does not wait.
 * @param limit milliseconds from now; infinite for none
 * @throws SecateurError `backend` when time was up, or what `compute` throws
 */
export async function withinTime<T>(backendName: string, limit: number, compute: () => Promise<T>): Promise<T> {
  if (limit === Number.POSITIVE_INFINITY) return compute();
  const end = performance.now() + limit;
  const names = tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName);
  const checked = names.map((name): [string, (kernel: tf.KernelFunc) => tf.KernelFunc] => [
    name,
    (kernel) => (args) => {
      if (performance.now() > end) throw new SecateurError("backend", `took more than ${Math.round(limit)} ms`);
      return kernel(args);
    },
  ]);
  const unchecked = repairKernels(backendName, Object.fromEntries(checked));
  try {
    return await compute();
  } finally {
    unchecked();
  }
}
