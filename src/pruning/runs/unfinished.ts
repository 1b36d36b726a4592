import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import type { Checkpoint } from "../checkpoint.ts";
import { reasonOf } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { readModel } from "../model/read.ts";
import { writeModel } from "../model/write.ts";
import { checkpointFile, stepFolder, unfinishedFolder } from "./folder.ts";
import { readSnapshot, writeSnapshot } from "./snapshotFile.ts";

// What a run needs beside its trials to be taken up again. It goes when the run ends well.

/**
 * The checkpoint of the step in hand. A run has one: that of a step replaces that of the one before.
 * @param place of the step in the plan
 * @param warn is told of a checkpoint that is damaged, which is as good as none
 */
export function checkpointOf(run: string, place: string, warn: (message: string) => void): Checkpoint {
  const path = checkpointFile(run);
  return {
    async load() {
      try {
        return await readSnapshot(path, place);
      } catch (error) {
        warn(`The checkpoint ${path} is damaged (${reasonOf(error)}); the step in hand starts over.`);
        return undefined;
      }
    },
    save: (snapshot) => writeSnapshot(path, place, snapshot),
  };
}

/** What a step made: the model it leaves, and what there is to say of it and the steps before. */
export interface Made {
  readonly model: Model;
  readonly notes: readonly string[];
}

const notesSchema = v.array(v.string());

/** Written last: what a step made is there once its notes are. */
const notesFile = (folder: string): string => join(folder, "notes.json");

/** Keeps what a step made that is no trial, for the steps that follow it. */
export async function keepMade(run: string, place: string, { model, notes }: Made): Promise<void> {
  const folder = stepFolder(run, place);
  await rm(folder, { recursive: true, force: true });
  await writeModel(model, folder);
  await writeFileAtomic(notesFile(folder), JSON.stringify(notes));
}

/** What a step made, where that was kept whole. */
export async function findMade(run: string, place: string): Promise<Made | undefined> {
  const folder = stepFolder(run, place);
  try {
    const notes = v.parse(notesSchema, JSON.parse(await readFile(notesFile(folder), "utf8")));
    return { model: await readModel(join(folder, "model.json")), notes };
  } catch {
    return undefined;
  }
}

/** Removes what a step made, once nothing follows it any more. */
export async function forgetMade(run: string, place: string): Promise<void> {
  await rm(stepFolder(run, place), { recursive: true, force: true });
}

/** Removes all there is: the run has ended well. */
export async function forgetUnfinished(run: string): Promise<void> {
  await rm(unfinishedFolder(run), { recursive: true, force: true });
}
