import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { reasonOf, SecateurError } from "../errors.ts";
import { infoFile, journalFile, recipeFile, trialsFolder } from "./folder.ts";
import type { Run, RunInfo, Trial } from "./run.ts";
import { runInfoSchema, trialSchema } from "./schema.ts";

/** The writing end of a run folder. Every call returns once what it wrote would outlive the process. */
export interface Journal {
  readonly folder: string;
  readonly info: RunInfo;
  /** Those that were there when it was opened, as `readRun` gives them. */
  readonly trials: readonly Trial[];
  update(change: Partial<RunInfo>): Promise<void>;
  /** Appends a trial whose model is on disk already. `trial.model` is relative to the run folder. */
  append(trial: Trial): Promise<void>;
}

/**
 * Creates a run folder with its recipe and run.json.
 * @throws SecateurError `bad-output` when the folder exists or cannot be made
 */
export async function createJournal(folder: string, recipe: object, start: RunInfo): Promise<Journal> {
  await createFolder(folder);
  await writeFileAtomic(recipeFile(folder), `${JSON.stringify(recipe, null, 2)}\n`);
  return openJournal(folder, start, []);
}

/**
 * Opens the folder of a run that is taken up again. What was being written when it broke off goes: a torn line of the
 * journal, and models that no line tells of.
 */
export async function reopenJournal({ folder, trials }: Run, start: RunInfo): Promise<Journal> {
  await dropTornLine(journalFile(folder));
  const kept = trials.map(({ id }) => basename(id));
  const found = await readdir(trialsFolder(folder)).catch(() => []);
  for (const name of found.filter((each) => !kept.includes(each))) {
    await rm(join(trialsFolder(folder), name), { recursive: true, force: true });
  }
  return openJournal(folder, start, trials);
}

async function openJournal(folder: string, start: RunInfo, trials: readonly Trial[]): Promise<Journal> {
  let info = start;
  const save = async (next: RunInfo) => {
    const text = jsonOf(next, runInfoSchema, 2);
    info = next;
    await writeFileAtomic(infoFile(folder), text);
  };
  await save(start);
  return {
    folder,
    trials,
    get info() {
      return info;
    },
    update: (change) => save({ ...info, ...change }),
    async append(trial) {
      const line = jsonOf(trial, trialSchema);
      const file = await open(journalFile(folder), "a");
      try {
        await file.appendFile(line);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

async function dropTornLine(path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) await truncate(path, whole);
}

/** A value as JSON that reads back: one that did not, such as an infinite number, would hide the whole run. */
function jsonOf(value: object, schema: v.GenericSchema, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  v.parse(schema, JSON.parse(text));
  return `${text}\n`;
}

async function createFolder(folder: string): Promise<void> {
  if (await stat(folder).catch(() => undefined)) {
    throw new SecateurError("bad-output", `${folder} exists already; name an output folder that does not.`);
  }
  try {
    await mkdir(folder, { recursive: true });
    await keepOutOfGit(dirname(folder));
  } catch (error) {
    throw new SecateurError(
      "bad-output",
      `The output folder ${folder} cannot be made (${reasonOf(error)}); name one in a place you may write to.`,
    );
  }
}

/** Runs hold copies of models: as other tools do with their caches, tell git to leave them out. */
async function keepOutOfGit(runsFolder: string): Promise<void> {
  const parent = dirname(runsFolder);
  if (basename(parent) !== ".secateur") return;
  await writeFile(join(parent, ".gitignore"), "*\n", { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}
