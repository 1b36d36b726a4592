import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../repairs.ts";

/**
 * Casts to floats. The stock kernel calls whole numbers floats and leaves them as they lie in memory; what only moves
 * numbers, such as a transposition, then fails to compile. A product is computed anew, as floats.
 */
export const castRepairs: Repairs = {
  [tf.Cast]: (stock) => (args) => {
    const { x } = args.inputs as { x: tf.Tensor };
    const { dtype } = args.attrs as unknown as { dtype: tf.DataType };
    if (dtype !== "float32" || x.dtype === "float32") return stock(args);
    return tf.tidy(() => tf.mul(tf.engine().makeTensorFromTensorInfo(stock(args) as tf.TensorInfo), 1));
  },
};
