import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../errors.ts";
import type { InputBatch, Output, TensorSpec } from "./engine.ts";

/** An input of a model as a tensor: whole numbers for models that take int32, such as pixels of 0 to 255. */
export function toTensor(values: Float32Array, shape: readonly number[], dtype: string): tf.Tensor {
  if (dtype === "string") {
    throw new SecateurError("unsupported-model", "The model's input takes text, but data can only be fed as numbers.");
  }
  if (dtype === "bool") return tf.tensor(Uint8Array.from(values), [...shape], "bool");
  if (dtype === "int32") return tf.tensor(Int32Array.from(values), [...shape], "int32");
  return tf.tensor(values, [...shape], "float32");
}

/** All inputs of a model as tensors, in their order. */
export function tensorsOf(feeds: readonly InputBatch[], inputs: readonly TensorSpec[]): tf.Tensor[] {
  return inputs.map(({ name, dtype }, i) => {
    const feed = feeds[i];
    if (!feed) throw new Error(`input "${name}" is not fed`);
    return toTensor(feed.values, feed.shape, dtype);
  });
}

/** An output of a model, read back as numbers. */
export async function readBack(tensor: tf.Tensor, name: string): Promise<Output> {
  if (tensor.dtype === "string") {
    throw new SecateurError(
      "unsupported-model",
      `The model's output "${name}" is text, which cannot be compared with labels.`,
    );
  }
  const values = await tensor.data();
  return { name, shape: tensor.shape, values: values instanceof Float32Array ? values : Float32Array.from(values) };
}
