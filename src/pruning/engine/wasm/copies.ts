import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";
import type { Native } from "./native.ts";

/** A tensor with the data of another, as other backends make it. The stock kernels copy, which training does a lot. */
const shared = ({ dataId, shape, dtype }: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo => {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
};

const repairIdentity: Repair = (stock) => (args) => {
  const x = args.inputs.x as tf.TensorInfo;
  return x.dtype === "string" ? stock(args) : shared(x, args.backend as BackendWasm);
};

const repairCast: Repair = (stock) => (args) => {
  const x = args.inputs.x as tf.TensorInfo;
  return x.dtype === args.attrs?.dtype && x.dtype !== "string" ? shared(x, args.backend as BackendWasm) : stock(args);
};

/** A slice that lies in one run is copied alone: the stock kernel first copies all of the tensor that it is cut from. */
const repairSlice =
  (native: Native): Repair =>
  (stock) =>
  (args) => {
    const x = args.inputs.x as tf.TensorInfo;
    const { begin, size } = args.attrs as unknown as tf.SliceAttrs;
    const [from, lengths] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    if (x.dtype !== "float32" || !tf.slice_util.isSliceContinous(x.shape, from, lengths)) return stock(args);
    const output = native.output(lengths);
    const first = tf.slice_util.computeFlatOffset(from, tf.util.computeStrides(x.shape));
    native.copy(native.addressOf(x) + 4 * first, native.addressOf(output), 4 * tf.util.sizeFromShape(lengths));
    return output;
  };

export const copyRepairs = (native: Native): Repairs => ({
  [tf.Identity]: repairIdentity,
  [tf.Cast]: repairCast,
  [tf.Slice]: repairSlice(native),
});
