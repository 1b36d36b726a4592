import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

interface Attributes {
  readonly dtype: tf.DataType;
  readonly onValue: number;
  readonly offValue: number;
}

/** The stock kernel writes whole numbers, whatever type is asked for: read as floats they are as good as zero. */
const repairOneHot: Repair = (stock) => (args) => {
  const { dtype, onValue, offValue } = args.attrs as unknown as Attributes;
  if (dtype !== "float32") return stock(args);
  const attrs = { ...args.attrs, dtype: "int32", onValue: 1, offValue: 0 };
  return tf.tidy(() => {
    const flags = tf.engine().makeTensorFromTensorInfo(stock({ ...args, attrs }) as tf.TensorInfo);
    return tf.add(tf.mul(tf.cast(flags, "float32"), onValue - offValue), offValue);
  });
};

export const oneHotRepairs: Repairs = { [tf.OneHot]: repairOneHot };
