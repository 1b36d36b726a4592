import type * as tf from "@tensorflow/tfjs-core";
import type { Layer } from "../layersByPath.ts";

type Call = Layer["call"];

/** Told of each call of a layer, within a tidy: its first input and its first output. */
export type Watch = (input: tf.Tensor, output: tf.Tensor) => unknown;

/** Runs synchronous code, and tells of every call of some layers, at whatever depth they are called. */
export function watching<T>(watches: ReadonlyMap<Layer, readonly Watch[]>, run: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const [layer, tell] of watches) {
      const own = Object.getOwnPropertyDescriptor(layer, "call");
      const call: Call = layer.call.bind(layer);
      undo.push(() => {
        if (own) Object.defineProperty(layer, "call", own);
        else Reflect.deleteProperty(layer, "call");
      });
      layer.call = (inputs, options) => {
        const outputs = call(inputs, options);
        for (const watch of tell) watch(first(inputs), first(outputs));
        return outputs;
      };
    }
    return run();
  } finally {
    for (const back of undo) back();
  }
}

const first = (tensors: tf.Tensor | tf.Tensor[]): tf.Tensor => [tensors].flat()[0] as tf.Tensor;
