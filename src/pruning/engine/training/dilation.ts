import * as tf from "@tensorflow/tfjs-core";

/** An attribute for each of the spatial axes, which may be given as one number for all, or not at all for 1. */
export function forEachAxis(value: number | readonly number[] | null | undefined, axes: number): number[] {
  return typeof value === "number" || !value ? new Array<number>(axes).fill(value ?? 1) : [...value];
}

/** A filter, spatial axes first, with zeros between its taps: makes an ordinary convolution of a dilated one. */
export function spreadFilter<R extends tf.Rank>(filter: tf.Tensor<R>, dilations: readonly number[]): tf.Tensor<R> {
  return tf.tidy(() =>
    dilations.reduce<tf.Tensor<R>>((spread, dilation, axis) => spreadAxis(spread, axis, dilation), filter),
  );
}

function spreadAxis<R extends tf.Rank>(x: tf.Tensor<R>, axis: number, dilation: number): tf.Tensor<R> {
  if (dilation === 1) return x;
  const length = x.shape[axis] as number;
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const apart = tf.pad(tf.reshape(x, [before, length, 1, after]), [
    [0, 0],
    [0, 0],
    [0, dilation - 1],
    [0, 0],
  ]);
  const whole: tf.Tensor3D = tf.reshape(apart, [before, length * dilation, after]);
  const last = tf.slice3d(whole, [0, 0, 0], [before, (length - 1) * dilation + 1, after]);
  return tf.reshape(
    last,
    spreadShape(
      x.shape,
      x.shape.map((_, i) => (i === axis ? dilation : 1)),
    ),
  );
}

/** Shape of a filter with zeros between its taps. */
export function spreadShape<S extends readonly number[]>(shape: S, dilations: readonly number[]): S {
  return shape.map((length, axis) => (length - 1) * (dilations[axis] ?? 1) + 1) as unknown as S;
}

/** The taps of a filter that had zeros between them. */
export function gatherFilter(filter: tf.Tensor, dilations: readonly number[]): tf.Tensor {
  if (dilations.every((dilation) => dilation === 1)) return filter;
  const strides = filter.shape.map((_, axis) => dilations[axis] ?? 1);
  return tf.stridedSlice(
    filter,
    filter.shape.map(() => 0),
    filter.shape,
    strides,
  );
}
