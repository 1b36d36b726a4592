import type { Quantization, Weight } from "./model.ts";
import { codesOf, decode, decodeFloats } from "./values.ts";

/** Which elements of a weight are held at zero: one byte an element, 1 for held. */
export type Mask = Uint8Array;

/** Share of a quantization step within which a code counts as zero: converters round `min` to float32. */
const zeroTolerance = 1e-4;

const largestCode = { uint8: 255, uint16: 65535 } as const;

/** The code that stands for zero, if there is one: quantized files rarely decode it to exactly 0. */
function zeroCodeOf({ dtype, scale = 1, min = 0 }: Quantization): number | undefined {
  if (dtype === "float16") return undefined;
  const code = Math.round(-min / scale);
  const inRange = code >= 0 && code <= largestCode[dtype];
  return inRange && Math.abs(code * scale + min) <= zeroTolerance * Math.abs(scale) ? code : undefined;
}

/**
 * Number of elements that are not zero. An affine-quantized element is zero when its code is the zero point,
 * even where rounding makes that decode to 1e-9.
 */
export function countNonZero(weight: Weight): number {
  const { quantization } = weight;
  if (quantization && quantization.dtype !== "float16") {
    const zero = zeroCodeOf(quantization);
    return count(codesOf(weight), (code) => code !== zero);
  }
  const values = decode(weight);
  return Array.isArray(values) ? values.length : count(values, (value) => value !== 0);
}

/** The magnitudes of a float32 weight, element by element; exactly 0 where its code is the zero point. */
export function magnitudes(weight: Weight): Float32Array {
  const values = decodeFloats(weight);
  const result = new Float32Array(values.length);
  const { quantization } = weight;
  const zero = quantization && zeroCodeOf(quantization);
  if (zero === undefined) {
    for (let i = 0; i < result.length; i++) result[i] = Math.abs(values[i] as number);
    return result;
  }
  const codes = codesOf(weight);
  for (let i = 0; i < result.length; i++) result[i] = codes[i] === zero ? 0 : Math.abs(values[i] as number);
  return result;
}

/**
 * The weight with the masked elements at zero: exactly 0 once TensorFlow.js has decoded it, in the same storage
 * type. The other elements keep their bytes, except in affine-quantized weights that cannot say zero: those are
 * quantized anew over a range that holds it, which moves each value by at most half a step.
 */
export function withZeros(weight: Weight, mask: Mask): Weight {
  const { quantization } = weight;
  if (quantization && quantization.dtype !== "float16") return withZeroCodes(weight, quantization, mask);
  const width = weight.bytes.byteLength / mask.length;
  const bytes = weight.bytes.slice();
  const elements =
    width === 2 ? new Uint16Array(bytes.buffer, 0, mask.length) : new Uint32Array(bytes.buffer, 0, mask.length);
  for (let i = 0; i < mask.length; i++) if (mask[i]) elements[i] = 0;
  return { ...weight, bytes };
}

function withZeroCodes(weight: Weight, quantization: Quantization, mask: Mask): Weight {
  const zero = zeroCodeOf(quantization);
  if (zero === undefined) {
    return mask.includes(1) ? withZeros(quantize(weight, quantization.dtype as "uint8" | "uint16"), mask) : weight;
  }
  const codes = codesOf(weight).slice();
  for (let i = 0; i < mask.length; i++) if (mask[i]) codes[i] = zero;
  // The product in double precision cancels exactly: `zero·scale + min` is 0 for every reader.
  const { scale = 1 } = quantization;
  return {
    ...weight,
    bytes: new Uint8Array(codes.buffer),
    quantization: { ...quantization, min: zero === 0 ? 0 : -(zero * scale) },
  };
}

/**
 * Affine quantization over a range that holds zero, its zero point exact.
 * Source: the converter's quantization.py (`_quantization_range` and the nudging of zero).
 */
function quantize(weight: Weight, dtype: "uint8" | "uint16"): Weight {
  const values = decodeFloats(weight);
  let low = 0;
  let high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const largest = largestCode[dtype];
  const scale = (high - low) / largest || 1;
  const zero = Math.round(-low / scale);
  const codes = dtype === "uint8" ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (const [i, value] of values.entries()) {
    codes[i] = Math.min(largest, Math.max(0, Math.round(value / scale) + zero));
  }
  const min = zero === 0 ? 0 : -(zero * scale);
  return { ...weight, bytes: new Uint8Array(codes.buffer), quantization: { dtype, scale, min } };
}

function count(values: ArrayLike<number>, isCounted: (value: number) => boolean): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) if (isCounted(values[i] as number)) total++;
  return total;
}
