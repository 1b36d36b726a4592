import type { Quantization, Weight } from "./model.ts";
import { codesOf, decode, decodeFloats, storedAs } from "./values.ts";

/** Which elements of a weight are held at zero: one byte an element, 1 for held. */
export type Mask = Uint8Array;

/** How far the zero point's value may lie from 0, against `min`: converters round both scale and min to float32. */
const zeroTolerance = 2 ** -22;

/** All bits of a float, and of a half, but the sign. */
const unsigned = 0x7fffffff;
const unsignedHalf = 0x7fff;

const largestCode = { uint8: 255, uint16: 65535 } as const;

/** Whether a code stands for zero: quantized files rarely decode it to exactly 0. */
const isZero = (code: number, { scale = 1, min = 0 }: Quantization): boolean =>
  Math.abs(code * scale + min) <= zeroTolerance * Math.abs(min);

/** The code that stands for zero, if there is one. */
function zeroCodeOf(quantization: Quantization): number | undefined {
  const { dtype, scale = 1, min = 0 } = quantization;
  if (dtype === "float16") return undefined;
  const code = Math.round(-min / (scale || 1));
  return code >= 0 && code <= largestCode[dtype] && isZero(code, quantization) ? code : undefined;
}

/** Whether an element of this weight can be zero in the storage it has: not where quantization leaves zero out. */
export const canSayZero = ({ quantization }: Weight): boolean =>
  !quantization || quantization.dtype === "float16" || zeroCodeOf(quantization) !== undefined;

/** Weights never change, and a run asks for the same count several times. */
const counts = new WeakMap<Weight, number>();

/**
 * Number of elements that are not zero. An affine-quantized element is zero when its code is the zero point,
 * even where rounding makes that decode to 1e-9.
 */
export function countNonZero(weight: Weight): number {
  const known = counts.get(weight);
  if (known !== undefined) return known;
  const counted = countElements(weight);
  counts.set(weight, counted);
  return counted;
}

function countElements(weight: Weight): number {
  const { quantization } = weight;
  let total = 0;
  if (quantization && quantization.dtype !== "float16") {
    const codes = codesOf(weight);
    for (let i = 0; i < codes.length; i++) total += Number(!isZero(codes[i] as number, quantization));
    return total;
  }
  const values = decode(weight);
  if (Array.isArray(values)) return values.length;
  if (values instanceof Float32Array) return countFloats(values);
  for (let i = 0; i < values.length; i++) total += Number(values[i] !== 0);
  return total;
}

/**
 * By their bits without the sign, and by adding comparisons: a branch would be guessed wrong as often as right, and
 * comparing floats takes twice as long.
 */
function countFloats(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let total = 0;
  for (let i = 0; i < bits.length; i++) total = (total + Number(((bits[i] as number) & unsigned) !== 0)) | 0;
  return total;
}

/**
 * The values of a float32 weight, exactly 0 where the code is the zero point. Read only: not a copy where the stored
 * bytes serve as they are.
 */
export function exactValues(weight: Weight): Float32Array {
  const values = decodeFloats(weight);
  const { quantization } = weight;
  if (!quantization || zeroCodeOf(quantization) === undefined) return values;
  const codes = codesOf(weight);
  for (let i = 0; i < codes.length; i++) if (isZero(codes[i] as number, quantization)) values[i] = 0;
  return values;
}

/**
 * A float32 weight with the masked elements at zero: exactly 0 once TensorFlow.js has decoded it, in the same
 * storage type. The others keep their bytes, except in affine-quantized weights that cannot say zero: those are
 * quantized anew. Only the mask makes zeros.
 */
export function withZeros(weight: Weight, mask: Mask): Weight {
  if (!mask.includes(1)) return weight;
  const { quantization } = weight;
  if (quantization && quantization.dtype !== "float16") return withZeroCodes(weight, quantization, mask);
  const before = quantization ? storedAs(weight, Uint16Array) : storedAs(weight, Int32Array);
  const after = quantization ? new Uint16Array(mask.length) : new Int32Array(mask.length);
  const magnitude = quantization ? unsignedHalf : unsigned;
  let nonZero = 0;
  for (let i = 0; i < mask.length; i++) {
    // All bits of 1 − 1 are 0, those of 0 − 1 are 1: no branch here either.
    const kept = (before[i] as number) & ((mask[i] as number) - 1);
    after[i] = kept;
    nonZero += Number((kept & magnitude) !== 0);
  }
  const zeroed = { ...weight, bytes: new Uint8Array(after.buffer) };
  counts.set(zeroed, nonZero);
  return zeroed;
}

function withZeroCodes(weight: Weight, quantization: Quantization, mask: Mask): Weight {
  const zero = zeroCodeOf(quantization);
  if (zero === undefined) {
    return withZeros(quantize(weight, decodeFloats(weight), quantization.dtype as "uint8" | "uint16"), mask);
  }
  const codes = codesOf(weight).slice();
  for (let i = 0; i < mask.length; i++) if (mask[i]) codes[i] = zero;
  const { scale = 1 } = quantization;
  return {
    ...weight,
    bytes: new Uint8Array(codes.buffer),
    quantization: { ...quantization, min: minOf(zero, scale) },
  };
}

/** The `min` for a zero point: `zero·scale + min` cancels exactly in double precision, for every reader. */
const minOf = (zero: number, scale: number): number => (zero === 0 ? 0 : -(zero * scale));

/**
 * Affine quantization over a range that holds zero, its zero point exact. One code is spared, so that with the zero
 * point rounded up both ends of the range still have theirs. Moves each value by at most half a step, except that
 * those nearer to zero go to the first code beside it: they are not zero.
 */
export function quantize(weight: Weight, values: Float32Array, dtype: "uint8" | "uint16"): Weight {
  let low = 0;
  let high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = (high - low) / (largestCode[dtype] - 1) || 1;
  // Rounding may take the quotient just past its end, and a code beyond would come round as the other end's.
  const zero = Math.min(Math.ceil(-low / scale), largestCode[dtype] - 1);
  const codes = dtype === "uint8" ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (const [i, value] of values.entries()) codes[i] = zero + (Math.round(value / scale) || Math.sign(value));
  return { ...weight, bytes: new Uint8Array(codes.buffer), quantization: { dtype, scale, min: minOf(zero, scale) } };
}
