import { randomBytes } from "node:crypto";
import { copyFile, lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { reasonOf, SecateurError, throwIfCancelled } from "../errors.ts";
import { inLanes } from "../lanes.ts";
import { layOut } from "./layout.ts";
import type { JsonObject, JsonValue, Model, Weight, WeightGroup } from "./model.ts";

/** Files that apps keep beside a model and look for there: labels, preprocessing, vocabularies. */
const sidecars = [
  "metadata.json",
  "labels.txt",
  "labels.json",
  "class_names.json",
  "signature.json",
  "word_index.json",
];
const largestSidecar = 4 * 1024 * 1024;

/** Most of the time of writing is waiting for the disk to have flushed, which several files can do together. */
const filesAtOnce = 8;

export interface WriteOptions {
  /** Folder of the original model, whose sidecar files come along. */
  readonly sidecarsFrom?: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes a model into a new folder, as `model.json` and its weight files. All or nothing: the files are written
 * beside the folder, flushed, and the folder appears by one rename.
 * @returns path of the model.json
 * @throws SecateurError `bad-output` when the folder exists or cannot be written, `cancelled`
 */
export async function writeModel(model: Model, folder: string, options: WriteOptions = {}): Promise<string> {
  const target = resolve(folder);
  if (await exists(target)) {
    throw new SecateurError("bad-output", `${target} exists already; name a folder that does not.`);
  }
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    await mkdir(temporary, { recursive: true });
    await writeFiles(model, temporary, options);
    throwIfCancelled(options.signal);
    await rename(temporary, target);
  } catch (error) {
    // Where nothing could be made, removing fails too; what matters is why.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    if (SecateurError.is(error)) throw error;
    throw new SecateurError(
      "bad-output",
      `${target} cannot be written (${reasonOf(error)}); choose a folder with room that you may write to.`,
    );
  }
  return join(target, "model.json");
}

/** One file of a model, its bytes in pieces that follow each other. */
export interface ModelFile {
  readonly path: string;
  readonly chunks: readonly Uint8Array[];
}

/** The files a model is written as: its weight files in order, then model.json. */
export function filesOf(model: Model): ModelFile[] {
  const groups = layOut(model);
  const weightFiles = groups.flatMap((group) => {
    const parts = group.names.map((name) => (model.weights.get(name) as Weight).bytes);
    return cut(parts, group.sizes).map((chunks, index) => ({ path: group.paths[index] as string, chunks }));
  });
  return [...weightFiles, { path: "model.json", chunks: [new TextEncoder().encode(modelText(model, groups))] }];
}

async function writeFiles(model: Model, folder: string, { sidecarsFrom, signal }: WriteOptions): Promise<void> {
  await inLanes(filesOf(model), filesAtOnce, async ({ path, chunks }) => {
    throwIfCancelled(signal);
    await writeDurably(join(folder, path), chunks);
  });
  if (sidecarsFrom) await copySidecars(sidecarsFrom, folder);
}

/**
 * The text of model.json for a layout: the source with its weights manifest replaced, or the source itself, byte
 * for byte, where the manifest already says what is written.
 */
function modelText(model: Model, groups: readonly WeightGroup[]): string {
  const before = model.json.weightsManifest as JsonValue[];
  const after = manifestOf(model, groups);
  if (JSON.stringify(before) === JSON.stringify(after)) return model.source;
  return applyEdits(model.source, modify(model.source, ["weightsManifest"], after, {}));
}

/** The manifest for a layout; entries keep the fields that nobody here understands. */
function manifestOf(model: Model, groups: readonly WeightGroup[]): JsonValue[] {
  const before = model.json.weightsManifest as { paths: JsonValue; weights: JsonObject[] }[];
  const entries = new Map(before.flatMap((group) => group.weights).map((entry) => [entry.name as string, entry]));
  const sameGroups = groups.length === before.length;
  return groups.map((group, index) => ({
    ...(sameGroups ? before[index] : {}),
    paths: [...group.paths],
    weights: group.names.map((name) => entryOf(model.weights.get(name) as Weight, entries.get(name) ?? {})),
  }));
}

function entryOf(weight: Weight, before: JsonObject): JsonObject {
  const entry: JsonObject = { ...before, name: weight.name, shape: [...weight.shape], dtype: weight.dtype };
  if (weight.quantization) entry.quantization = { ...(before.quantization as JsonObject), ...weight.quantization };
  // `quantization: null` makes tfjs crash: it tests for the key.
  else delete entry.quantization;
  return entry;
}

/** Cuts a row of byte arrays into files of the given sizes, anywhere, without joining them. */
function cut(parts: readonly Uint8Array[], sizes: readonly number[]): Uint8Array[][] {
  let part = 0;
  let offset = 0;
  return sizes.map((size) => {
    const chunks: Uint8Array[] = [];
    for (let left = size; left > 0; ) {
      const bytes = parts[part] as Uint8Array;
      const chunk = bytes.subarray(offset, offset + left);
      if (chunk.byteLength > 0) chunks.push(chunk);
      left -= chunk.byteLength;
      offset += chunk.byteLength;
      if (offset === bytes.byteLength) {
        part++;
        offset = 0;
      }
    }
    return chunks;
  });
}

async function writeDurably(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx");
  try {
    for (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copySidecars(from: string, to: string): Promise<void> {
  for (const name of sidecars) {
    const size = await stat(join(from, name)).then(
      (stats) => (stats.isFile() ? stats.size : Number.POSITIVE_INFINITY),
      () => Number.POSITIVE_INFINITY,
    );
    if (size <= largestSidecar) await copyFile(join(from, name), join(to, name));
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
