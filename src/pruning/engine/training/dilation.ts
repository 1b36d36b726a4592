import * as tf from "@tensorflow/tfjs-core";

type Pair = [number, number];

/** Both numbers of an attribute that may be given as one. */
export function pair(value: number | Pair | null | undefined): Pair {
  return Array.isArray(value) ? value : [value ?? 1, value ?? 1];
}

/** A filter with zeros between its taps, which makes an ordinary convolution of a dilated one. */
export function spreadFilter(filter: tf.Tensor4D, dilations: Pair): tf.Tensor4D {
  if (dilations.every((dilation) => dilation === 1)) return filter;
  return tf.tidy(() => {
    const [height, width, inputs, outputs] = filter.shape;
    const [rows, columns] = dilations;
    const apart = tf.pad(tf.reshape(filter, [height, 1, width, 1, inputs, outputs]), [
      ...([
        [0, 0],
        [0, rows - 1],
        [0, 0],
        [0, columns - 1],
        [0, 0],
        [0, 0],
      ] as Pair[]),
    ]);
    const whole: tf.Tensor4D = tf.reshape(apart, [height * rows, width * columns, inputs, outputs]);
    return tf.slice4d(whole, [0, 0, 0, 0], spreadShape(filter.shape, dilations));
  });
}

/** Shape of a filter with zeros between its taps. */
export function spreadShape(
  [height, width, inputs, outputs]: readonly [number, number, number, number],
  [rows, columns]: Pair,
): [number, number, number, number] {
  return [(height - 1) * rows + 1, (width - 1) * columns + 1, inputs, outputs];
}

/** The taps of a filter that had zeros between them. */
export function gatherFilter(filter: tf.Tensor4D, dilations: Pair): tf.Tensor4D {
  if (dilations.every((dilation) => dilation === 1)) return filter;
  return tf.stridedSlice(filter, [0, 0, 0, 0], filter.shape, [...dilations, 1, 1]) as tf.Tensor4D;
}
