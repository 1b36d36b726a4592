import type { BackendSettings } from "../engine/engine.ts";
import type { Progress } from "../progress.ts";
import type { Trial } from "../runs/run.ts";

/** What a job says while it goes on. An adapter shows it: a terminal, or messages to the editor. */
export interface JobEvents {
  /** Over the whole job; never goes back. */
  readonly progress: Progress;
  /** run.json was written: a run began, has its baseline, or ended. */
  runChanged(folder: string): void;
  /** A trial that is on disk already, with absolute paths. */
  trial(folder: string, trial: Trial): void;
  log(level: "info" | "warn" | "error", message: string): void;
}

/** What a job needs besides its recipe. */
export interface JobOptions extends BackendSettings {
  /** Folder that the recipe's paths are relative to. */
  readonly base: string;
  /** What to call the recipe in a sentence, such as its path. */
  readonly where: string;
  /** The run folder to create; must not exist. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly events: JobEvents;
}
