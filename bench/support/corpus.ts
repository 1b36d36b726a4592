import { existsSync } from "node:fs";
import { join } from "node:path";
import { runRecipe } from "../../src/pruning/recipe/runner.ts";
import type { Recipe, Step } from "../../src/pruning/recipe/schema.ts";
import type { Run } from "../../src/pruning/runs/run.ts";
import { projectRoot } from "./paths.ts";
import { withScratch } from "./scratch.ts";

const corpus = process.env.SECATEUR_CORPUS ?? join(projectRoot, "..", "shared", "corpus");

/** A network by others, with the images that it is trained on and measured by. */
export interface CorpusSubject {
  /** Its folder in the corpus. */
  readonly model: string;
  /** The folder of its data, and what that is called. */
  readonly data: string;
  readonly dataName: string;
  /** Where all of the data is, if the corpus has but a part of it. */
  readonly wholeData?: () => Promise<string>;
  /** Images to learn from. */
  readonly train: number;
  /** Images to measure on; all where it is left out. */
  readonly test?: number;
}

/** Whether a network is there; says so where it is not. */
export function isThere(subject: CorpusSubject, benchmark: string): boolean {
  const there = existsSync(modelOf(subject));
  if (!there) console.log(`\n${benchmark}: left out, ${modelOf(subject)} is not there.`);
  return there;
}

/** Runs steps on a network, saying how right each trial is. @returns the run; its folder is gone */
export async function runSteps(
  subject: CorpusSubject,
  steps: readonly Step[],
  backend: Recipe["backend"] = "auto",
): Promise<Run> {
  const { data, dataName, wholeData, train, test } = subject;
  const recipe = {
    model: modelOf(subject),
    data: {
      path: (await wholeData?.()) ?? join(corpus, "data", data),
      scaling: "x/255",
      limit: { train, ...(test !== undefined && { test }) },
    },
    backend,
    latency: false,
    steps,
  };
  return withScratch((scratch) =>
    runRecipe(recipe, {
      base: projectRoot,
      where: "The recipe",
      folder: join(scratch, "run"),
      tfjsNodeFolders: [process.env.SECATEUR_TFJS_NODE ?? projectRoot],
      events: {
        progress: () => {},
        runChanged: () => {},
        trial: (_, { label, metrics: { accuracy } }) => console.log(`${dataName}: ${label}: ${accuracy}`),
        log: (level, message) => console.log(`${level}: ${message}`),
      },
    }),
  );
}

/** Which images a run was measured on, in words. */
export const measuredOn = ({ dataName }: CorpusSubject, { data }: Run): string =>
  `${dataName} test, ${data?.examples.toLocaleString("en-US")} images`;

/** What computed, in words. */
export const backendOf = ({ backend }: Run): string => `${backend?.name} (${backend?.detail})`;

const modelOf = ({ model }: CorpusSubject): string => join(corpus, "models", model, "model.json");
