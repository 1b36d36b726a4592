import { getFloat16 } from "@petamoriken/float16";
import { type Quantization, sizeOf, type Weight } from "./model.ts";

export type Values = Float32Array | Int32Array | Uint8Array | string[];

/** The typed array over a weight's stored bytes, copied only when they are not aligned. Read only. */
export function storedAs<T>(
  weight: Weight,
  type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
): T {
  const { bytes } = weight;
  const length = bytes.byteLength / type.BYTES_PER_ELEMENT;
  return bytes.byteOffset % type.BYTES_PER_ELEMENT === 0
    ? new type(bytes.buffer, bytes.byteOffset, length)
    : new type(new Uint8Array(bytes).buffer, 0, length);
}

/** The codes of an affine-quantized weight (uint8, uint16). Read only. */
export function codesOf(weight: Weight): Uint8Array | Uint16Array {
  return weight.quantization?.dtype === "uint16" ? storedAs(weight, Uint16Array) : storedAs(weight, Uint8Array);
}

/**
 * The numbers of a weight as TensorFlow.js decodes them (io_utils.ts `decodeWeights`): row-major,
 * `v·scale + min` in double precision then rounded to float32, or to whole numbers for int32.
 * Not a copy where the stored bytes serve as they are: read only.
 */
export function decode(weight: Weight): Values {
  if (weight.quantization) return dequantize(weight, weight.quantization);
  switch (weight.dtype) {
    case "float32":
    case "complex64": // re, im interleaved
      return storedAs(weight, Float32Array);
    case "int32":
      return storedAs(weight, Int32Array);
    case "bool":
      return weight.bytes;
    case "string":
      return decodeStrings(weight);
  }
}

/** The numbers of a float32 weight. @throws Error for another dtype: a fault of the caller */
export function decodeFloats(weight: Weight): Float32Array {
  const values = decode(weight);
  if (!(values instanceof Float32Array)) throw new Error(`weight ${weight.name} is ${weight.dtype}, not float32`);
  return values;
}

function dequantize(weight: Weight, { dtype, scale = 1, min = 0 }: Quantization): Float32Array | Int32Array {
  if (dtype === "float16") return decodeHalves(weight);
  const codes = codesOf(weight);
  if (weight.dtype === "int32") return Int32Array.from(codes, (code) => Math.round(code * scale + min));
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = (codes[i] as number) * scale + min;
  return values;
}

function decodeHalves(weight: Weight): Float32Array {
  halves ??= tableOfHalves();
  const codes = storedAs(weight, Uint16Array);
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = halves[codes[i] as number] as number;
  return values;
}

/** Every half float's value by its bits: the library takes a microsecond for one, and models have millions. */
let halves: Float32Array | undefined;

function tableOfHalves(): Float32Array {
  const view = new DataView(new ArrayBuffer(2));
  return Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    view.setUint16(0, bits, true);
    return getFloat16(view, 0, true);
  });
}

function decodeStrings(weight: Weight): string[] {
  const view = new DataView(weight.bytes.buffer, weight.bytes.byteOffset, weight.bytes.byteLength);
  const decoder = new TextDecoder();
  let offset = 0;
  return Array.from({ length: sizeOf(weight.shape) }, () => {
    const length = view.getUint32(offset, true);
    offset += 4 + length;
    return decoder.decode(weight.bytes.subarray(offset - length, offset));
  });
}
