import type { JobOptions } from "../../src/pruning/recipe/events.ts";
import type { Trial } from "../../src/pruning/runs/run.ts";
import { projectRoot } from "./corpus.ts";

/** What a job said. */
export interface Heard {
  readonly trials: Trial[];
  readonly fractions: number[];
  readonly logs: string[];
}

/** Options of a job that writes into a folder, remembers what it hears and calls back after each trial. */
export function job(
  folder: string,
  heard: Heard = { trials: [], fractions: [], logs: [] },
  afterTrial: (trial: Trial) => void = () => {},
): JobOptions {
  return {
    base: projectRoot,
    where: "The recipe",
    folder,
    tfjsNodeFolders: [],
    events: {
      progress: (fraction) => void heard.fractions.push(fraction),
      runChanged: () => {},
      trial(_, trial) {
        heard.trials.push(trial);
        afterTrial(trial);
      },
      log: (_, message) => void heard.logs.push(message),
    },
  };
}
