import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { reasonOf, SecateurError } from "../errors.ts";

/** A file of a dataset, whole, gunzipped where its name ends in .gz. */
export interface DataFile {
  /** As on disk, for sentences. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The names in a folder.
 * @throws SecateurError `bad-data`
 */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new SecateurError(
      "bad-data",
      `The data folder ${folder} cannot be read (${reasonOf(error)}); name the folder that holds the dataset's files.`,
      undefined,
      { cause: error },
    );
  }
}

/**
 * Reads one file of a dataset.
 * @throws SecateurError `bad-data` when it cannot be read or its gzip is corrupt
 */
export async function readDataFile(folder: string, name: string): Promise<DataFile> {
  const path = join(folder, name);
  let stored: Uint8Array;
  try {
    stored = await readFile(path);
  } catch (error) {
    throw new SecateurError("bad-data", `${path} cannot be read: ${reasonOf(error)}.`, undefined, { cause: error });
  }
  if (!name.endsWith(".gz")) return { path, bytes: stored };
  try {
    return { path, bytes: await promisify(gunzip)(stored) };
  } catch (error) {
    throw new SecateurError(
      "bad-data",
      `${path} is not a whole gzip file (${reasonOf(error)}); download it again.`,
      undefined,
      { cause: error },
    );
  }
}
