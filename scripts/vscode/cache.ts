// What is downloaded once per user and shared by every clone: the test kit's VS Code, Node and Chromium, and data of benchmarks.
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir, hostname } from "node:os";
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
export function installOnce(name: string, label: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheRoot, name);
  const installed = installs.get(folder) ?? install(folder, label, fill);
  installs.set(folder, installed);
  return installed;
}

/** What this process has asked for: two callers share one install, and one that failed is not tried again. */
const installs = new Map<string, Promise<string>>();

async function install(folder: string, label: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  await dropAbandoned(folder);
  const started = Date.now();
  console.error(`Installing ${label} into ${folder}, once …`);
  const draft = `${folder}.${hostname()}-${process.pid}.partial`;
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

/** Removes drafts of this folder that processes of this machine have left behind, having been killed. */
async function dropAbandoned(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.${hostname()}-`;
  for (const name of await readdir(dirname(folder)).catch(() => [])) {
    const pid =
      name.startsWith(prefix) && name.endsWith(".partial") ? Number.parseInt(name.slice(prefix.length), 10) : 0;
    if (pid > 0 && !isAlive(pid)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0); // Signal 0 only asks.
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function userCache(): string {
  if (process.platform === "win32") return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
}
