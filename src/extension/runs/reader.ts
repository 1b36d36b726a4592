import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { factorsFile, infoFile, journalFile, sensitivityFile } from "../../pruning/runs/folder.ts";
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

/** A folder as it was read the last time. */
interface Known {
  readonly stamp: string;
  readonly result: Run | UnreadableRun;
}

const isUnreadable = (result: Run | UnreadableRun): result is UnreadableRun => "reason" in result;
const isRun = (result: Run | UnreadableRun): result is Run => !isUnreadable(result);

/**
 * Reads every run of some folders, going back to disk only for those that changed since the last time. A run that
 * is going is always read: whether its process still lives is not written in any file.
 */
export class RunsReader {
  #known = new Map<string, Known>();
  #last: RunsOnDisk = { runs: [], unreadable: [] };

  /**
   * Runs of all `runsFolders`, in no particular order; a folder that does not exist holds none.
   * @returns the same object as the last time where nothing changed
   */
  async read(runsFolders: readonly string[]): Promise<RunsOnDisk> {
    const known = new Map<string, Known>();
    for (const folder of (await Promise.all(runsFolders.map(runFoldersOf))).flat()) {
      const stamp = await stampOf(folder);
      if (stamp !== undefined) known.set(folder, await readAgain(folder, stamp, this.#known.get(folder)));
    }
    const before = [...this.#known.values()];
    const results = [...known.values()].map(({ result }) => result);
    const same = results.length === before.length && results.every((result, i) => result === before[i]?.result);
    this.#known = known;
    if (!same) this.#last = { runs: results.filter(isRun), unreadable: results.filter(isUnreadable) };
    return this.#last;
  }
}

async function readAgain(folder: string, stamp: string, before: Known | undefined): Promise<Known> {
  if (before?.stamp === stamp && !(isRun(before.result) && before.result.status === "running")) return before;
  try {
    const run = await readRun(folder);
    const asBefore = before?.stamp === stamp && isRun(before.result) && before.result.status === run.status;
    return asBefore ? before : { stamp, result: run };
  } catch (reason) {
    return { stamp, result: { folder, reason } };
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
  const files = [infoFile(folder), journalFile(folder), sensitivityFile(folder), factorsFile(folder)];
  const [info, ...others] = await Promise.all(files.map(timeAndSize));
  return info === undefined ? undefined : `${info} ${others.join(" ")}`;
}

async function timeAndSize(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size } = await stat(path);
    return `${mtimeMs}:${size}`;
  } catch {
    return undefined;
  }
}
