import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { resolve, sep } from "node:path";
import * as v from "valibot";
import { reasonOf, SecateurError } from "../errors.ts";
import { readFactors } from "./factors.ts";
import { infoFile, journalFile } from "./folder.ts";
import type { Run, RunInfo, Trial } from "./run.ts";
import { runInfoSchema, trialSchema } from "./schema.ts";
import { readSensitivity } from "./sensitivity.ts";

/**
 * Reads a run back, finished, going on or broken off. A torn last line of the journal is ignored: its trial was
 * never announced. A run that says it is running while its process is gone is `interrupted`.
 * @throws SecateurError `bad-run` when the folder holds no run that can be read
 */
export async function readRun(folder: string): Promise<Run> {
  const info = await readInfo(folder);
  const trials = await readJournal(folder);
  return {
    ...info,
    status: info.status === "running" && !isAlive(info) ? "interrupted" : info.status,
    ...(info.baseline && { baseline: { ...info.baseline, model: resolve(folder, info.baseline.model) } }),
    folder,
    trials: trials.map((trial) => placed(trial, folder)),
    sensitivity: await readSensitivity(folder),
    factors: await readFactors(folder),
  };
}

async function readInfo(folder: string): Promise<RunInfo> {
  try {
    return v.parse(runInfoSchema, JSON.parse(await readFile(infoFile(folder), "utf8")));
  } catch (error) {
    throw new SecateurError(
      "bad-run",
      `${folder} holds no run that can be read (run.json: ${reasonOf(error)}); name a folder that Secateur wrote.`,
    );
  }
}

async function readJournal(folder: string): Promise<Trial[]> {
  const text = await readFile(journalFile(folder), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new SecateurError("bad-run", `${journalFile(folder)} cannot be read: ${error.message}.`);
  });
  // What follows the last newline is torn, or empty.
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line, index) => {
    try {
      return v.parse(trialSchema, JSON.parse(line));
    } catch (error) {
      throw new SecateurError(
        "bad-run",
        `Line ${index + 1} of ${journalFile(folder)} is no trial (${reasonOf(error)}); remove it to read the rest.`,
      );
    }
  });
}

/** The trial with its model's absolute path, which must lie in the run: the journal is a file like any other. */
function placed(trial: Trial, folder: string): Trial {
  const path = resolve(folder, trial.model);
  if (!path.startsWith(resolve(folder) + sep)) {
    throw new SecateurError("bad-run", `Trial ${trial.id} of ${folder} names a model outside the run: ${trial.model}.`);
  }
  return { ...trial, model: path };
}

/** Whether a run's process still runs; of another machine's it cannot be known, so it is believed. */
function isAlive({ process: { pid, host } }: RunInfo): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
