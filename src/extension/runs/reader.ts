import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { infoFile, journalFile } from "../../pruning/runs/folder.ts";
import { readRun } from "../../pruning/runs/readRun.ts";
import type { Run } from "../../pruning/runs/run.ts";

/** A run folder that is there but does not read back. */
export interface UnreadableRun {
  readonly folder: string;
  readonly reason: unknown;
}

export interface RunsOnDisk {
  readonly runs: readonly Run[];
  readonly unreadable: readonly UnreadableRun[];
}

interface Known {
  readonly stamp: string;
  readonly run: Run;
}

/**
 * Reads every run of some folders, going back to disk only for those that changed since the last time. A run that
 * is going is always read: whether its process still lives is not written in any file.
 */
export class RunsReader {
  #known = new Map<string, Known>();

  /** Runs of all `runsFolders`, in no particular order; a folder that does not exist holds none. */
  async read(runsFolders: readonly string[]): Promise<RunsOnDisk> {
    const runs: Run[] = [];
    const unreadable: UnreadableRun[] = [];
    const known = new Map<string, Known>();
    for (const folder of (await Promise.all(runsFolders.map(runFoldersOf))).flat()) {
      try {
        const stamp = await stampOf(folder);
        if (stamp === undefined) continue;
        const before = this.#known.get(folder);
        const run = before?.stamp === stamp && before.run.status !== "running" ? before.run : await readRun(folder);
        known.set(folder, { stamp, run });
        runs.push(run);
      } catch (reason) {
        unreadable.push({ folder, reason });
      }
    }
    this.#known = known;
    return { runs, unreadable };
  }
}

async function runFoldersOf(runsFolder: string): Promise<string[]> {
  try {
    const entries = await readdir(runsFolder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(runsFolder, entry.name));
  } catch {
    return [];
  }
}

/** Changes whenever the run does; undefined for a folder that is no run (yet). */
async function stampOf(folder: string): Promise<string | undefined> {
  const [info, trials] = await Promise.all([infoFile(folder), journalFile(folder)].map(timeAndSize));
  return info === undefined ? undefined : `${info} ${trials}`;
}

async function timeAndSize(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size } = await stat(path);
    return `${mtimeMs}:${size}`;
  } catch {
    return undefined;
  }
}
