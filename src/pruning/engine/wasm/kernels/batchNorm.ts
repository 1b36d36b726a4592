import * as tf from "@tensorflow/tfjs-core";
import { areInTurn, type BatchNormInputs, batchNormRepairs } from "../../kernels/batchNorm.ts";
import type { Repair, Repairs } from "../../repairs.ts";
import {
  type BatchNormAttributes,
  BatchNormTraining,
  BatchNormTrainingGrad,
  batchNormKernels as generalKernels,
} from "../../training/batchNorm.ts";
import type { Native } from "../native.ts";
import { combineColumns, normaliseColumns, sumProducts, sumRows, sumSquares } from "../simd/columns.ts";
import { size } from "../simd/loops.ts";
import { type Matrix, reduceRows } from "./shares.ts";

type Named<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/** Rows that one item goes through, where each row is by itself. */
const rowsPerItem = 1024;

/**
 * Batch normalisation on all threads: one pass over the input when a model answers; in training three forward, and two over
 * it and the gradient back.
 */
export function batchNormKernels(native: Native): Repairs {
  const run = (kernel: typeof normaliseColumns | typeof combineColumns, matrix: Matrix, operands: object) =>
    native.run(kernel, Math.ceil(matrix.rows / rowsPerItem), { ...operands, ...matrix, rowsPerItem } as never);

  const answering = ({ x, mean, variance, scale, offset }: BatchNormInputs, epsilon: number): tf.TensorInfo => {
    const matrix = matrixOf(x);
    const y = native.output(x.shape);
    native.withScratch(2 * size * matrix.columns, (factor) => {
      const shift = factor + size * matrix.columns;
      const scales = scale && native.floatsOf(scale);
      const inverse = inverseDeviation(native.floatsOf(variance), epsilon);
      const factors = inverse.map((deviation, i) => deviation * (scales?.[i] ?? 1));
      native.floatsAt(factor, matrix.columns).set(factors);
      if (offset) native.copy(native.addressOf(offset), shift, size * matrix.columns);
      else native.clear(shift, size * matrix.columns);
      const addresses = { x: native.addressOf(x), mean: native.addressOf(mean), y: native.addressOf(y) };
      run(normaliseColumns, matrix, { ...addresses, factor, offset: shift });
    });
    return y;
  };

  return {
    [tf.FusedBatchNorm]: (stock) => {
      const general = batchNormRepairs[tf.FusedBatchNorm](stock);
      return (args) => {
        const inputs = args.inputs as unknown as BatchNormInputs;
        const { varianceEpsilon } = args.attrs as unknown as { varianceEpsilon: number };
        return areInTurn(inputs) ? answering(inputs, varianceEpsilon) : general(args);
      };
    },

    [BatchNormTraining]: channelsLast(BatchNormTraining, (inputs, epsilon) => {
      const { x, scale, offset } = inputs as Named<"x" | "scale" | "offset">;
      const matrix = matrixOf(x);
      const [y, mean, variance] = [native.output(x.shape), native.output(scale.shape), native.output(scale.shape)];
      const addresses = { x: native.addressOf(x), mean: native.addressOf(mean) };
      reduceRows(native, sumRows, addresses, matrix, { sums: addresses.mean });
      divide(native.floatsOf(mean), matrix.rows);
      reduceRows(native, sumSquares, addresses, matrix, { sums: native.addressOf(variance) });
      divide(native.floatsOf(variance), matrix.rows);
      native.withScratch(size * matrix.columns, (factor) => {
        const inverse = inverseDeviation(native.floatsOf(variance), epsilon);
        const scales = native.floatsOf(scale);
        native.floatsAt(factor, matrix.columns).set(scales.map((value, i) => value * (inverse[i] as number)));
        const operands = { ...addresses, factor, offset: native.addressOf(offset), y: native.addressOf(y) };
        run(normaliseColumns, matrix, operands);
      });
      return [y, mean, variance];
    }),

    [BatchNormTrainingGrad]: channelsLast(BatchNormTrainingGrad, (inputs, epsilon) => {
      const { dy, x, scale, mean, variance } = inputs as Named<"dy" | "x" | "scale" | "mean" | "variance">;
      const matrix = matrixOf(x);
      const [dx, dScale, dOffset] = [native.output(x.shape), native.output(scale.shape), native.output(scale.shape)];
      const addresses = { x: native.addressOf(x), dy: native.addressOf(dy), mean: native.addressOf(mean) };
      const results = { sums: native.addressOf(dOffset), products: native.addressOf(dScale) };
      reduceRows(native, sumProducts, addresses, matrix, results);
      native.withScratch(3 * size * matrix.columns, (a) => {
        const [b, c] = [a + size * matrix.columns, a + 2 * size * matrix.columns];
        const inverse = inverseDeviation(native.floatsOf(variance), epsilon);
        const [scales, sums, products] = [scale, dOffset, dScale].map((each) => native.floatsOf(each));
        const factors = [a, b, c].map((address) => native.floatsAt(address, matrix.columns));
        inverse.forEach((deviation, i) => {
          const factor = (scales?.[i] as number) * deviation;
          const product = (products?.[i] as number) * deviation;
          (factors[0] as Float32Array)[i] = factor;
          (factors[1] as Float32Array)[i] = (-factor * deviation * product) / matrix.rows;
          (factors[2] as Float32Array)[i] = (-factor * (sums?.[i] as number)) / matrix.rows;
          (products as Float32Array)[i] = product;
        });
        run(combineColumns, matrix, { ...addresses, a, b, c, dx: native.addressOf(dx) });
      });
      return [dx, dScale, dOffset];
    }),
  };
}

type NativeKernel = (inputs: tf.NamedTensorInfoMap, epsilon: number) => tf.TensorInfo[];

/** The native kernel where channels come last, else the one made of operations. */
function channelsLast(name: string, kernel: NativeKernel): Repair {
  return (stock) => {
    const general = (generalKernels[name] as Repair)(stock);
    return (args) => {
      const { axis, epsilon } = args.attrs as unknown as BatchNormAttributes;
      const { rank } = args.inputs.x as tf.Tensor;
      return axis === rank - 1 ? kernel(args.inputs, epsilon) : general(args);
    };
  };
}

function matrixOf({ shape }: tf.TensorInfo): Matrix {
  const columns = shape.at(-1) as number;
  return { rows: shape.reduce((a, b) => a * b, 1) / columns, columns };
}

function divide(values: Float32Array, by: number): void {
  values.forEach((value, i) => {
    values[i] = value / by;
  });
}

function inverseDeviation(variance: Float32Array, epsilon: number): number[] {
  return Array.from(variance, (value) => 1 / Math.sqrt(value + epsilon));
}
