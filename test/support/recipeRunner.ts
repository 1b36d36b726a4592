import { type ResumeOptions, resumeRun } from "../../src/pruning/recipe/resume.ts";
import { runRecipe } from "../../src/pruning/recipe/runner.ts";

// A program that runs or resumes a recipe on one thread, and kills itself at a moment of its progress.

/** What it is told, as JSON. */
export interface Told {
  /** Left out, it resumes the run that lies there. */
  readonly recipe?: unknown;
  readonly base: string;
  readonly folder: string;
  /** The moment: part of a message, and the how manieth of those that hold it, from 1. */
  readonly killAt?: { readonly message: string; readonly times: number };
}

const { recipe, base, folder, killAt } = JSON.parse(process.argv[2] as string) as Told;
let seen = 0;
const options: ResumeOptions = {
  folder,
  tfjsNodeFolders: [],
  threads: 1,
  events: {
    progress(_, message) {
      if (killAt && message.includes(killAt.message) && ++seen === killAt.times) process.kill(process.pid, "SIGKILL");
    },
    runChanged: () => {},
    trial: () => {},
    log: (_, message) => console.error(message),
  },
};
await (recipe === undefined ? resumeRun(options) : runRecipe(recipe, { ...options, base, where: "The recipe" }));
