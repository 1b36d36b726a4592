import * as tf from "@tensorflow/tfjs-core";

/** What tfjs's initialisers and gradients call as methods of tensors, which tfjs-core by itself does not give them. */
const methods = {
  flatten: (x: tf.Tensor) => tf.reshape(x, [x.size]),
  reshape: tf.reshape,
  sign: tf.sign,
  slice: tf.slice,
  split: tf.split,
  stridedSlice: tf.stridedSlice,
  transpose: tf.transpose,
};

/** Gives tensors those methods. */
export function addMethods(): void {
  for (const [name, operation] of Object.entries(methods)) {
    if (name in tf.Tensor.prototype) continue;
    Object.defineProperty(tf.Tensor.prototype, name, {
      configurable: true,
      writable: true,
      value(this: tf.Tensor, ...others: never[]) {
        return (operation as (...operands: unknown[]) => unknown)(this, ...others);
      },
    });
  }
}
