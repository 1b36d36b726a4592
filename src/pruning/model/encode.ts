import { setFloat16 } from "@petamoriken/float16";
import type { Weight } from "./model.ts";
import { decodeFloats } from "./values.ts";
import { quantize } from "./zero.ts";

/** The half floats nearest to zero and farthest from it. */
const smallestHalf = 2 ** -24;
const largestHalf = 65504;

/**
 * A float32 weight with new values, stored as it was: quantized weights are quantized anew. Zeros, and only zeros,
 * read back as exactly zero; what halves cannot reach is stored as the largest. The same weight where nothing is new.
 * @param values row-major, as many as the shape says
 */
export function withValues(weight: Weight, values: Float32Array): Weight {
  const { quantization } = weight;
  const before = decodeFloats(weight);
  if (values.every((value, i) => value === before[i])) return weight;
  if (!quantization) return { ...weight, bytes: new Uint8Array(values.slice().buffer) };
  if (quantization.dtype !== "float16") return quantize(weight, values, quantization.dtype);
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (const [i, value] of values.entries()) {
    const size = Math.max(smallestHalf, Math.min(largestHalf, Math.abs(value)));
    setFloat16(view, 2 * i, value === 0 ? 0 : Math.sign(value) * size, true);
  }
  return { ...weight, bytes: new Uint8Array(view.buffer) };
}

/** The weight with the same values as plain float32. */
export function unquantized({ quantization, ...weight }: Weight): Weight {
  if (!quantization) return weight;
  return { ...weight, bytes: new Uint8Array(decodeFloats({ ...weight, quantization }).buffer) };
}
