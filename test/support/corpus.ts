import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "mocha";
import { skipBecause } from "./skip.ts";

/** The project's root folder. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Real models and data by others, kept beside the project because most have no licence to ship.
 * Set SECATEUR_CORPUS to name another place.
 */
const corpusRoot = process.env.SECATEUR_CORPUS ?? join(projectRoot, "..", "shared", "corpus");

/** A folder of the corpus; skips the calling test, saying so, where the corpus is absent. */
export function corpus(test: Context, ...path: string[]): string {
  const folder = join(corpusRoot, ...path);
  if (!existsSync(folder)) skipBecause(test, `${folder} is not there`);
  return folder;
}

/** Whether the corpus is there, for suites that make one test per model. */
export const hasCorpus = existsSync(corpusRoot);

/** The folder that holds one folder per model. */
export const corpusModels = join(corpusRoot, "models");
