import * as tf from "@tensorflow/tfjs-core";
import type { Repairs } from "../../repairs.ts";
import type { Native } from "../native.ts";
import { sumRows } from "../simd/columns.ts";
import { sumSegments } from "../simd/segments.ts";
import { reduceRows } from "./shares.ts";

/** Sums over leading axes, such as a bias's gradient, for which the stock kernel transposes; sums by segment. */
export function sumKernels(native: Native): Repairs {
  return {
    [tf.Sum]: (stock) => (args) => {
      const x = args.inputs.x as tf.Tensor;
      const { axis, keepDims } = args.attrs as unknown as { axis: number | number[]; keepDims?: boolean };
      const axes = tf.util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape).sort((a, b) => a - b);
      const leading = axes.length > 0 && axes.length < x.rank && axes.every((each, i) => each === i);
      if (!leading || x.dtype !== "float32" || x.size === 0) return stock(args);
      const kept = x.shape.slice(axes.length);
      const shape = keepDims ? [...axes.map(() => 1), ...kept] : kept;
      return sumOfRows(native, x, shape);
    },
    [tf.UnsortedSegmentSum]:
      () =>
      ({ inputs, attrs }) => {
        const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
        const { numSegments } = attrs as unknown as { numSegments: number };
        // Gradients are floats always.
        tf.util.assert(x.dtype === "float32", () => `Sums by segment are of floats here, not of ${x.dtype}`);
        const rows = tf.util.sizeFromShape(segmentIds.shape);
        const inner = x.shape.slice(segmentIds.shape.length);
        const sums = native.zeros([numSegments, ...inner]);
        native.run(sumSegments, 1, {
          ...{ x: native.addressOf(x), numbers: native.addressOf(segmentIds), sums: native.addressOf(sums) },
          ...{ rows, columns: tf.util.sizeFromShape(inner), segments: numSegments },
        });
        return sums;
      },
  };
}

/** Adds up the rows of a tensor seen as a matrix whose rows are as long as the result. */
function sumOfRows(native: Native, x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
  const columns = tf.util.sizeFromShape([...shape]);
  const sums = native.output(shape);
  const matrix = { rows: tf.util.sizeFromShape(x.shape) / columns, columns };
  reduceRows(native, sumRows, { x: native.addressOf(x) }, matrix, { sums: native.addressOf(sums) });
  return sums;
}
