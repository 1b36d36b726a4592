import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { samples } from "./samples.ts";

/** A workspace folder that a test may change. */
export interface Workspace {
  folder: string;
  /** The folder's own name, which VS Code shows. */
  name: string;
  remove(): Promise<void>;
}

/** Copies a folder without its runs, by default the sample workspace, to a temporary place under its own name. */
export async function freshWorkspace(from: string = samples): Promise<Workspace> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "secateur-")));
  const name = basename(from);
  const folder = join(parent, name);
  await cp(from, folder, { recursive: true, filter: (path) => basename(path) !== ".secateur" });
  return { folder, name, remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}
