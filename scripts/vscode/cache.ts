// What is downloaded once per user and shared by every clone: the test kit's VS Code, Node and Chromium.
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

/** The folder that holds the downloads: SECATEUR_CACHE, or "secateur" in the user's own cache folder. */
export const cacheRoot = process.env.SECATEUR_CACHE ?? join(userCache(), "secateur");

/** A problem with the test kit, told in one sentence for people. */
export class KitError extends Error {}

/**
 * Makes a cached folder once. It is filled under a temporary name beside its place and then renamed, so a killed
 * install leaves no half folder, and of two processes that install at once the slower drops its copy.
 * @param name the folder's name in the cache; holds the version, so that a newer one is another folder
 * @param label what it is, for the progress line
 * @param fill puts the contents into the (existing, empty) folder it is given
 * @returns the folder's path
 */
export async function installOnce(
  name: string,
  label: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheRoot, name);
  if (existsSync(folder)) return folder;
  await dropAbandoned(folder);
  const started = Date.now();
  console.error(`Installing ${label} into ${folder}, once …`);
  const draft = `${folder}.${process.pid}.partial`;
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  console.error(`Installed ${label} in ${Math.round((Date.now() - started) / 1000)} s.`);
  return folder;
}

/** Removes drafts of this folder that a killed install left behind: those nobody has touched for an hour. */
async function dropAbandoned(folder: string): Promise<void> {
  const siblings = await readdir(dirname(folder)).catch(() => []);
  for (const name of siblings.filter((each) => each.startsWith(`${basename(folder)}.`) && each.endsWith(".partial"))) {
    const path = join(dirname(folder), name);
    const touched = await stat(path)
      .then((status) => status.mtimeMs)
      .catch(() => Date.now());
    if (Date.now() - touched > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

function userCache(): string {
  if (process.platform === "win32") return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
}
