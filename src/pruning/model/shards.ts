import { open, stat } from "node:fs/promises";
import { isAbsolute, join, normalize, sep } from "node:path";
import { reasonOf, SecateurError } from "../errors.ts";

/** The weight files of a group, joined. */
export interface Shards {
  readonly bytes: Uint8Array;
  /** Length in bytes of each file. */
  readonly sizes: readonly number[];
}

/** What Node reads at once. Browsers give up long before. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads the weight files of a group straight into one array: to read each and then join them takes twice as long.
 * @param paths as the manifest names them
 * @param modelPath of the model.json that they lie beside
 * @throws SecateurError `bad-model`: a file missing, outside the model's folder, or not to be read
 */
export async function readShards(paths: readonly string[], folder: string, modelPath: string): Promise<Shards> {
  const read = async <T>(path: string, work: (file: string) => Promise<T>): Promise<T> => {
    const file = join(folder, inside(path, modelPath));
    return work(file).catch((error: unknown) => {
      throw unreadable(error, path, file, folder, modelPath);
    });
  };
  // One after the other, so that of several missing files the first is named.
  const sizes: number[] = [];
  for (const path of paths) sizes.push(await read(path, sizeOf));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let end = 0;
  const places = sizes.map((size) => {
    end += size;
    return bytes.subarray(end - size, end);
  });
  await Promise.all(paths.map((path, i) => read(path, (file) => fill(places[i] as Uint8Array, file))));
  return { bytes, sizes };
}

/** The path in the system's own spelling. */
function inside(path: string, modelPath: string): string {
  const normal = normalize(path);
  if (!isAbsolute(path) && normal !== ".." && !normal.startsWith(`..${sep}`)) return normal;
  throw new SecateurError(
    "bad-model",
    `${modelPath} names the weight file "${path}" outside its own folder; put the file beside it and correct the name.`,
  );
}

async function sizeOf(file: string): Promise<number> {
  const stats = await stat(file);
  if (!stats.isFile()) throw new Error("it is not a file");
  if (stats.size > largestFile) throw new Error("it is larger than 2 GiB");
  return stats.size;
}

/** Fills an array with the bytes of a file. */
async function fill(bytes: Uint8Array, path: string): Promise<void> {
  const file = await open(path);
  try {
    for (let filled = 0; filled < bytes.byteLength; ) {
      const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled);
      if (bytesRead === 0) throw new Error("it became shorter while it was read");
      filled += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function unreadable(error: unknown, path: string, file: string, folder: string, modelPath: string): SecateurError {
  if (SecateurError.is(error)) return error;
  return new SecateurError(
    "bad-model",
    (error as NodeJS.ErrnoException).code === "ENOENT"
      ? `The weight file ${path}, named by ${modelPath}, is missing; put it into ${folder}.`
      : `The weight file ${file} cannot be read: ${reasonOf(error)}.`,
  );
}
