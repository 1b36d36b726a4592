import { mkdir, open, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { reasonOf, SecateurError } from "../errors.ts";
import { infoFile, journalFile, recipeFile } from "./folder.ts";
import type { RunInfo, Trial } from "./run.ts";
import { runInfoSchema, trialSchema } from "./schema.ts";

/** The writing end of a run folder. Every call returns once what it wrote would outlive the process. */
export interface Journal {
  readonly folder: string;
  readonly info: RunInfo;
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
  let info = start;
  const save = async (next: RunInfo) => {
    const text = jsonOf(next, runInfoSchema, 2);
    info = next;
    await writeFileAtomic(infoFile(folder), text);
  };
  await writeFileAtomic(recipeFile(folder), `${JSON.stringify(recipe, null, 2)}\n`);
  await save(start);
  return {
    folder,
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
