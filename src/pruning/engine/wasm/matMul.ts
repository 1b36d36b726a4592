import * as tf from "@tensorflow/tfjs-core";
import type { Repair, Repairs } from "../repairs.ts";
import { timesTransposed, transposedTimes } from "./kernels/products.ts";
import type { Native } from "./native.ts";

// The stock kernels multiply by XNNPACK when neither operand is transposed and there is one matrix on each side,
// and by a blocked loop otherwise. The loop adds the bias (and clamps) once per block of 48 along the inner
// dimension. XNNPACK's packed right operand is cached by its data, whatever its shape: a reshaped view of data
// that was packed before is multiplied as if it had the old shape, or aborts the module.

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: tf.fused.Activation;
  readonly leakyreluAlpha?: number;
}

interface Inputs {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  readonly bias?: tf.Tensor;
  readonly preluActivationWeights?: tf.Tensor;
}

/** Products with one transposed matrix are our own; others are transposed first, ten times faster than the loop. */
const repairBatchMatMul =
  (native: Native): Repair =>
  (stock) =>
  (args) => {
    const { a, b } = args.inputs as unknown as Inputs;
    const { transposeA, transposeB } = args.attrs as unknown as Attributes;
    if (transposeA !== transposeB && isOneMatrix(a) && isOneMatrix(b) && a.size * b.size > 0) {
      const leading = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const [rows, columns] = [a.shape.at(transposeA ? -1 : -2), b.shape.at(transposeB ? -2 : -1)] as [number, number];
      const multiply = transposeA ? transposedTimes : timesTransposed;
      return multiply(native, a, b, [...leading, rows, columns]);
    }
    return tf.tidy(() => {
      const { a, b } = untransposed(args);
      return stock({ ...args, inputs: { a, b: packable(b) }, attrs: plain(args.attrs) }) as tf.Tensor;
    });
  };

/** The same, and takes the fused bias and activation apart where the loop would apply them. */
const repairFusedMatMul: Repair = (stock) => (args) =>
  tf.tidy(() => {
    const { a, b } = untransposed(args);
    const { bias, preluActivationWeights } = args.inputs as unknown as Inputs;
    if (isOneMatrix(a) && isOneMatrix(b) && (!bias || bias.size === b.shape.at(-1))) {
      const inputs = { ...args.inputs, a, b: packable(b) };
      return stock({ ...args, inputs, attrs: plain(args.attrs) }) as tf.Tensor;
    }
    const { activation = "linear", leakyreluAlpha } = args.attrs as unknown as Attributes;
    const product = tf.matMul(a, b);
    const sum = bias ? tf.add(product, bias) : product;
    return tf.backend_util.applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha);
  });

export function matMulRepairs(native: Native): Repairs {
  return { [tf.BatchMatMul]: repairBatchMatMul(native), [tf._FusedMatMul]: repairFusedMatMul };
}

type KernelArguments = Parameters<tf.KernelFunc>[0];

function untransposed({ inputs, attrs }: KernelArguments): { a: tf.Tensor; b: tf.Tensor } {
  const { a, b } = inputs as unknown as Inputs;
  const { transposeA, transposeB } = attrs as unknown as Attributes;
  return { a: transposeA ? swapped(a) : a, b: transposeB ? swapped(b) : b };
}

function plain(attrs: KernelArguments["attrs"]): NonNullable<KernelArguments["attrs"]> {
  return { ...attrs, transposeA: false, transposeB: false };
}

function swapped(x: tf.Tensor): tf.Tensor {
  const leading = x.shape.slice(0, -2).map((_, axis) => axis);
  return tf.transpose(x, [...leading, x.rank - 1, x.rank - 2]);
}

function isOneMatrix(x: tf.Tensor): boolean {
  return x.size === (x.shape.at(-2) as number) * (x.shape.at(-1) as number);
}

/** Shape in which each tensor's data was packed, by both kernels: they share the cache. */
const packedShapes = new WeakMap<tf.DataId, string>();

/** The same tensor, or a copy where its data was packed in another shape before. */
function packable(b: tf.Tensor): tf.Tensor {
  const shape = b.shape.slice(-2).join();
  const before = packedShapes.get(b.dataId);
  if (before === undefined) packedShapes.set(b.dataId, shape);
  return before === undefined || before === shape ? b : tf.mul(b, 1);
}
