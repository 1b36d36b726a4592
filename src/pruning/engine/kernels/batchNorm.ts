import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

/** What batch normalisation takes when a model answers. */
export interface BatchNormInputs {
  readonly x: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly scale?: tf.Tensor | null;
  readonly offset?: tf.Tensor | null;
}

/** Whether each parameter has one value for each place along the input's last axis. */
export function areInTurn({ x, mean, variance, scale, offset }: BatchNormInputs): boolean {
  const channels = x.shape.at(-1);
  return [mean, variance, scale, offset].every(
    (parameter) => !parameter || (parameter.size === channels && parameter.shape.at(-1) === channels),
  );
}

/** The stock kernels take their parameters in turn for one value after the other: right for the last axis only. */
const repairBatchNorm: Repair = (stock) => (args) => {
  const inputs = args.inputs as unknown as BatchNormInputs;
  if (areInTurn(inputs)) return stock(args);
  const { x, mean, variance, scale, offset } = inputs;
  const { varianceEpsilon } = args.attrs as unknown as { varianceEpsilon: number };
  return tf.tidy(() => {
    const inverse = tf.rsqrt(tf.add(variance, varianceEpsilon));
    const normal = tf.mul(tf.sub(x, mean), scale ? tf.mul(inverse, scale) : inverse);
    return offset ? tf.add(normal, offset) : normal;
  });
};

export const batchNormRepairs = { [tf.FusedBatchNorm]: repairBatchNorm } satisfies Repairs;
