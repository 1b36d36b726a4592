import { normalize } from "node:path";
import type { Model, WeightGroup } from "./model.ts";

/** Browsers cache files up to this size, as the converter's write_weights.py notes; its default shard. */
export const shardBytes = 4 * 1024 * 1024;

/**
 * Whether TensorFlow.js reads these files right in a browser. Its CompositeArrayBuffer takes files for equally
 * long when all but the last are, and then reads zeros, without an error, past the first length of a longer last.
 * @param sizes bytes of all the files of all groups, in order
 */
export function isSafeLayout(sizes: readonly number[]): boolean {
  const [first = 0] = sizes;
  const last = sizes.at(-1) ?? 0;
  return sizes.length < 2 || sizes.slice(0, -1).some((size) => size !== first) || last <= first;
}

/** Whether each path is a file of its own beside model.json, on file systems that ignore case too. */
function areDistinct(paths: readonly string[]): boolean {
  const files = new Set(["model.json", ...paths.map((path) => normalize(path).toLowerCase())]);
  return files.size === paths.length + 1;
}

/**
 * How the weights are laid out in files: as they were where every size and name still fits and browsers read it
 * right, else one group of equal shards, the last one no longer than the others.
 */
export function layOut(model: Model): WeightGroup[] {
  const bytesOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + (model.weights.get(name)?.bytes.byteLength ?? 0), 0);
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  const fits = model.groups.every((group) => sum(group.sizes) === bytesOf(group.names));
  const isSafe = isSafeLayout(model.groups.flatMap((group) => group.sizes));
  if (fits && isSafe && areDistinct(model.groups.flatMap((group) => group.paths))) return [...model.groups];

  const names = model.groups.flatMap((group) => group.names);
  const total = bytesOf(names);
  const count = Math.max(1, Math.ceil(total / shardBytes));
  const sizes = Array.from({ length: count }, (_, i) => Math.min(shardBytes, total - i * shardBytes));
  return [{ paths: sizes.map((_, i) => `group1-shard${i + 1}of${count}.bin`), sizes, names }];
}
