import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

/** The stock kernel takes its slopes in turn for one value after the other: right where they fill the last axes. */
const repairPrelu: Repair = (stock) => (args) => {
  const { x, alpha } = args.inputs as unknown as { readonly x: tf.Tensor; readonly alpha: tf.Tensor };
  const filled = alpha.shape.slice(alpha.shape.findIndex((length) => length !== 1));
  if (alpha.size === 1 || `${filled}` === `${x.shape.slice(-filled.length)}`) return stock(args);
  return tf.tidy(() => tf.add(tf.relu(x), tf.mul(alpha, tf.minimum(x, 0))));
};

export const preluRepairs: Repairs = { [tf.Prelu]: repairPrelu };
