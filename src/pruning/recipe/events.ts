import type { Trial } from "../runs/run.ts";

/** What a job says while it goes on. An adapter shows it: a terminal, or messages to the editor. */
export interface JobEvents {
  /** @param fraction 0 to 1 over the whole job; never goes back */
  progress(fraction: number, message: string): void;
  /** run.json was written: a run began, has its baseline, or ended. */
  runChanged(folder: string): void;
  /** A trial that is on disk already, with absolute paths. */
  trial(folder: string, trial: Trial): void;
  log(level: "info" | "warn" | "error", message: string): void;
}

/** Progress that never goes back, whatever it is told. */
export function onlyForward(progress: JobEvents["progress"]): JobEvents["progress"] {
  let furthest = 0;
  return (fraction, message) => {
    furthest = Math.max(furthest, fraction);
    progress(furthest, message);
  };
}

/** What a job needs besides its recipe. */
export interface JobOptions {
  /** Folder that the recipe's paths are relative to. */
  readonly base: string;
  /** What to call the recipe in a sentence, such as its path. */
  readonly where: string;
  /** The run folder to create; must not exist. */
  readonly folder: string;
  /** Folders whose node_modules may hold tfjs-node, best first. */
  readonly tfjsNodeFolders: readonly string[];
  readonly signal?: AbortSignal;
  readonly events: JobEvents;
}

/**
 * A part of a job's progress, given as its share of the whole; its own progress of 0 to 1 is scaled into it.
 * @param from where the part begins in the whole, 0 to 1
 */
export function partOf(progress: JobEvents["progress"], from: number, share: number): JobEvents["progress"] {
  return (fraction, message) => progress(from + share * Math.min(1, Math.max(0, fraction)), message);
}
