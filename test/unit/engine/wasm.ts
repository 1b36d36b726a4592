import * as tf from "@tensorflow/tfjs-core";
import { openWhenFree } from "./backends.ts";

/** Runs something on Secateur's WASM backend, repaired. */
export async function onRepairedWasm<T>(use: () => Promise<T>, threads = 2): Promise<T> {
  const engine = await openWhenFree({ backend: "wasm", tfjsNodeFolders: [], threads });
  try {
    return await use();
  } finally {
    engine.dispose();
  }
}

/** Runs something on the WASM backend as published, to show what is wrong with it. */
export async function onStockWasm<T>(use: () => Promise<T>): Promise<T> {
  await import("@tensorflow/tfjs-backend-wasm");
  const factory = tf.findBackendFactory("wasm");
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  await tf.setBackend("wasm");
  try {
    return await use();
  } finally {
    tf.removeBackend("wasm");
    tf.registerBackend("wasm", factory);
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) {
        if (!before[i]?.includes(listener)) process.removeListener(event, listener as () => void);
      }
    });
  }
}

/** The values of what `compute` makes, all its tensors disposed of. */
export async function valuesOf(compute: () => tf.Tensor): Promise<Float32Array> {
  const result = tf.tidy(compute);
  const values = await result.data();
  result.dispose();
  return values as Float32Array;
}
