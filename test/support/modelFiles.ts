import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JsonObject, JsonValue } from "../../src/pruning/model/model.ts";

// Writes models as files, byte by byte, knowing nothing of the code under test.

/** A weight as it stands in files: its entry in the manifest, and its bytes. */
export interface StoredWeight {
  readonly entry: JsonObject;
  readonly bytes: Uint8Array;
}

const bytesOf = (array: Float32Array | Int32Array | Uint16Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const stored = (name: string, shape: number[], dtype: string, bytes: Uint8Array): StoredWeight => ({
  entry: { name, shape, dtype },
  bytes,
});

export const float32 = (name: string, shape: number[], values: Iterable<number>): StoredWeight =>
  stored(name, shape, "float32", bytesOf(Float32Array.from(values)));

export const int32 = (name: string, shape: number[], values: Iterable<number>): StoredWeight =>
  stored(name, shape, "int32", bytesOf(Int32Array.from(values)));

export const bool = (name: string, shape: number[], values: Iterable<number>): StoredWeight =>
  stored(name, shape, "bool", Uint8Array.from(values));

/** Real and imaginary parts interleaved. */
export const complex64 = (name: string, shape: number[], values: Iterable<number>): StoredWeight =>
  stored(name, shape, "complex64", bytesOf(Float32Array.from(values)));

export function strings(name: string, shape: number[], values: readonly string[]): StoredWeight {
  const parts = values.flatMap((value) => {
    const text = new TextEncoder().encode(value);
    return [...bytesOf(Uint32Array.of(text.length) as unknown as Int32Array), ...text];
  });
  return stored(name, shape, "string", Uint8Array.from(parts));
}

/** Affine-quantized: element = code · scale + min. */
export function quantized(
  name: string,
  shape: number[],
  codes: Uint8Array | Uint16Array,
  scale: number,
  min: number,
  dtype = "float32",
): StoredWeight {
  const type = codes instanceof Uint8Array ? "uint8" : "uint16";
  const entry = { name, shape, dtype, quantization: { dtype: type, scale, min, original_dtype: dtype } };
  return { entry, bytes: bytesOf(codes) };
}

/** IEEE halves, given as their bits. */
export const float16 = (name: string, shape: number[], bits: Uint16Array): StoredWeight => ({
  entry: { name, shape, dtype: "float32", quantization: { dtype: "float16" } },
  bytes: bytesOf(bits),
});

/** One group of the manifest: its weights, and the files their joined bytes are cut into. */
export interface StoredGroup {
  readonly weights: readonly StoredWeight[];
  /** One file each; the last takes what is left. One file if left out. */
  readonly sizes?: readonly number[];
  /** Named like the converter's shards if left out. */
  readonly paths?: readonly string[];
}

export interface StoredModel {
  readonly groups: readonly StoredGroup[];
  /** A Keras topology with nothing in it if left out. */
  readonly topology?: JsonValue;
  /** Top-level fields beside the topology. */
  readonly fields?: JsonObject;
  /** Name of the JSON file; `model.json` if left out. */
  readonly name?: string;
  /** The exact text of the JSON file for a manifest. */
  readonly text?: (manifest: JsonValue[]) => string;
}

/** Writes a model into a folder. @returns the path of its JSON file */
export function placeModel(folder: string, model: StoredModel): string {
  const manifest = model.groups.map((group, index) => placeGroup(folder, group, index + 1));
  const topology = model.topology ?? { class_name: "Sequential", config: { layers: [] } };
  const json = { format: "layers-model", modelTopology: topology, ...model.fields, weightsManifest: manifest };
  return placeFile(folder, model.name ?? "model.json", model.text?.(manifest) ?? JSON.stringify(json));
}

/** Writes a file into a folder, and the folders in between. @returns its path */
export function placeFile(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function placeGroup(folder: string, group: StoredGroup, number: number): JsonObject {
  const bytes = Buffer.concat(group.weights.map((weight) => weight.bytes));
  const sizes = group.sizes ?? [bytes.length];
  const paths = group.paths ?? sizes.map((_, i) => `group${number}-shard${i + 1}of${sizes.length}.bin`);
  let start = 0;
  for (const [i, path] of paths.entries()) {
    const end = i === paths.length - 1 ? bytes.length : start + (sizes[i] as number);
    placeFile(folder, path, bytes.subarray(start, end));
    start = end;
  }
  return { paths: [...paths], weights: group.weights.map((weight) => weight.entry) };
}
