import * as tf from "@tensorflow/tfjs-core";
import type { Layer } from "../layersByPath.ts";
import type { Reading } from "./plan.ts";

/** Calls a layer of any kind with the slices of its weights that read a channel at zero. */
export function withoutReading<T>(layer: Layer, readings: readonly Reading[], channel: number, call: () => T): T {
  const variables = readings.map(({ weight }) => layer.weights[weight]?.read() as tf.Variable);
  const before = variables.map((variable) => tf.keep(variable.clone()));
  try {
    tf.tidy(() => {
      for (const [i, { axis, channels }] of readings.entries()) {
        const variable = variables[i] as tf.Variable;
        const shape = variable.shape.map((length, at) => (at === axis ? length : 1));
        const kept = Float32Array.from(channels, (each) => Number(each !== channel));
        variable.assign(tf.mul(variable, tf.tensor(kept, shape)));
      }
    });
    return call();
  } finally {
    for (const [i, variable] of variables.entries()) variable.assign(before[i] as tf.Tensor);
    tf.dispose(before);
  }
}
