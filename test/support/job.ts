import type { JobOptions } from "../../src/pruning/recipe/events.ts";
import type { Trial } from "../../src/pruning/runs/run.ts";
import { projectRoot } from "./corpus.ts";

/** What a job said. */
export interface Heard {
  readonly trials: Trial[];
  readonly fractions: number[];
  readonly logs: string[];
  /** Of its progress, where somebody listens. */
  readonly messages?: string[];
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
      progress(fraction, message) {
        heard.fractions.push(fraction);
        heard.messages?.push(message);
      },
      runChanged: () => {},
      trial(_, trial) {
        heard.trials.push(trial);
        afterTrial(trial);
      },
      log: (_, message) => void heard.logs.push(message),
    },
  };
}
