import * as tf from "@tensorflow/tfjs-core";
import type { Repair } from "../repairs.ts";

/**
 * These kernels begin their search for a maximum at the smallest positive float instead of at minus infinity, so
 * that windows without a positive value come out as nearly 0. Shifted input has none of those; the shift is taken
 * off the maxima again, at a rounding error of 1e-7 of the input's range.
 */
const shifted: Repair = (stock) => (args) =>
  tf.tidy(() => {
    const { x, filter } = args.inputs as { x: tf.Tensor; filter?: tf.Tensor };
    const least = filter ? tf.add(tf.min(x), tf.min(filter)) : tf.min(x);
    const shift = tf.sub(1, least);
    const outputs = stock({ ...args, inputs: { ...args.inputs, x: tf.add(x, shift) } });
    const [maxima, ...others] = [outputs].flat().map((info) => tf.engine().makeTensorFromTensorInfo(info));
    const result = tf.sub(maxima as tf.Tensor, shift);
    return Array.isArray(outputs) ? [result, ...others] : result;
  });

export const maximumRepairs: Readonly<Record<string, Repair>> = {
  [tf.MaxPoolWithArgmax]: shifted,
  [tf.Dilation2D]: shifted,
};
