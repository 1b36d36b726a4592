import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Zeros of a weight, as its bytes on disk say. */
export interface StoredZeros {
  readonly zeros: number;
  readonly elements: number;
}

interface Entry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale: number; min: number };
}

/**
 * Counts the zeros of every float32 weight of a model, from nothing but its files: as TensorFlow.js would, one
 * offset walks through the weight files of all groups, and an element is zero where it decodes to exactly 0.
 */
export function zerosInFiles(path: string): Map<string, StoredZeros> {
  const { weightsManifest } = JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  const groups = weightsManifest as { paths: string[]; weights: Entry[] }[];
  const files = groups.flatMap(({ paths }) => paths.map((file) => readFileSync(join(dirname(path), file))));
  const bytes = Buffer.concat(files);
  const counts = new Map<string, StoredZeros>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of groups.flatMap(({ weights }) => weights)) {
    const elements = shape.reduce((product, length) => product * length, 1);
    if (dtype === "string") {
      for (let i = 0; i < elements; i++) offset += 4 + bytes.readUInt32LE(offset);
      continue;
    }
    const width = { uint8: 1, uint16: 2, float16: 2, bool: 1, complex64: 8 }[quantization?.dtype ?? dtype] ?? 4;
    let zeros = 0;
    if (dtype === "float32") {
      for (let i = 0; i < elements; i++) if (isZero(bytes, offset + i * width, quantization)) zeros++;
      counts.set(name, { zeros, elements });
    }
    offset += elements * width;
  }
  return counts;
}

function isZero(bytes: Buffer, at: number, quantization: Entry["quantization"]): boolean {
  switch (quantization?.dtype) {
    case undefined:
      return bytes.readFloatLE(at) === 0;
    case "float16":
      return (bytes.readUInt16LE(at) & 0x7fff) === 0;
    default: {
      const code = quantization?.dtype === "uint8" ? bytes.readUInt8(at) : bytes.readUInt16LE(at);
      return Math.fround(code * (quantization?.scale ?? 1) + (quantization?.min ?? 0)) === 0;
    }
  }
}
