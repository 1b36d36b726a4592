import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

interface Inputs {
  readonly x: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly scale?: tf.Tensor | null;
  readonly offset?: tf.Tensor | null;
}

/** The stock kernels take their parameters in turn for one value after the other: right for the last axis only. */
const repairBatchNorm: Repair = (stock) => (args) => {
  const { x, mean, variance, scale, offset } = args.inputs as unknown as Inputs;
  const channels = x.shape.at(-1);
  const inTurn = [mean, variance, scale, offset].every(
    (parameter) => !parameter || (parameter.size === channels && parameter.shape.at(-1) === channels),
  );
  if (inTurn) return stock(args);
  const { varianceEpsilon } = args.attrs as unknown as { varianceEpsilon: number };
  return tf.tidy(() => {
    const inverse = tf.rsqrt(tf.add(variance, varianceEpsilon));
    const normal = tf.mul(tf.sub(x, mean), scale ? tf.mul(inverse, scale) : inverse);
    return offset ? tf.add(normal, offset) : normal;
  });
};

export const batchNormRepairs: Repairs = { [tf.FusedBatchNorm]: repairBatchNorm };
