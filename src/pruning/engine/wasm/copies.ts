import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";

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

export const copyRepairs: Repairs = { [tf.Identity]: repairIdentity, [tf.Cast]: repairCast };
