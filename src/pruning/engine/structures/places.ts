import * as tf from "@tensorflow/tfjs-core";

/**
 * To which structure each index along an axis belongs, as tensors. Made of gathers alone, both ways: the gradient that
 * TensorFlow.js has for a gather needs a kernel that WASM lacks. Dispose it.
 */
export interface Places {
  /**
   * One number a structure as one number an index; gradients of a structure's indices add up.
   * @returns as long as the axis; 1 where an index belongs to none
   */
  spread(values: tf.Tensor): tf.Tensor;
  /** Sums over the indices of each structure. @param values as long as the axis */
  sum(values: tf.Tensor): tf.Tensor;
  dispose(): void;
}

/**
 * @param structures of each index; -1 for none
 * @param count of the structures
 */
export function placesOf(structures: Int32Array, count: number): Places {
  const of = structures.map((structure) => (structure < 0 ? count : structure));
  const indices = tf.tensor1d(of, "int32");
  const back = tf.tensor1d(indicesByStructure(structures, count), "int32");
  const sum = (values: tf.Tensor): tf.Tensor =>
    tf.tidy(() => tf.sum(tf.reshape(tf.gather(tf.concat([values, tf.zeros([1])]), back), [count, -1]), 1));
  const spread = tf.customGrad((values) => ({
    value: tf.gather(tf.concat([values as tf.Tensor, tf.ones([1])]), indices),
    gradFunc: (dy: tf.Tensor) => sum(dy),
  }));
  return { sum, spread: (values) => spread(values), dispose: () => tf.dispose([indices, back]) };
}

/** For each structure its indices, filled up to the same number with one beyond the last. */
function indicesByStructure(structures: Int32Array, count: number): Int32Array {
  const sizes = new Int32Array(count);
  for (const structure of structures) if (structure >= 0) (sizes[structure] as number)++;
  const most = Math.max(1, ...sizes);
  const rows = new Int32Array(count * most).fill(structures.length);
  sizes.fill(0);
  for (const [index, structure] of structures.entries()) {
    if (structure < 0) continue;
    rows[structure * most + (sizes[structure] as number)] = index;
    (sizes[structure] as number)++;
  }
  return rows;
}

/** One number an index along an axis, in a shape that meets a whole weight. */
export function along(values: tf.Tensor, { rank }: tf.Tensor, axis: number): tf.Tensor {
  return tf.reshape(
    values,
    Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)),
  );
}
