import type { Checkpoint } from "../checkpoint.ts";
import type { Engine, LoadedModel } from "../engine/engine.ts";
import type { SecateurError } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import type { TrainingData } from "./batches.ts";

/** What the unpruned model knows, for a pruned one to learn. */
export interface Teacher {
  readonly model: LoadedModel;
  /** Output of the teacher that scores the classes. */
  readonly output: string;
  readonly temperature: number;
  /** Share of the loss that the teacher has, 0 to 1; the labels have the rest. */
  readonly share: number;
}

export interface FineTuneContext {
  readonly engine: Engine;
  readonly network: Network;
  readonly train: TrainingData;
  /** Decides which weights are kept, and when to stop. */
  readonly validation: TrainingData;
  readonly seed: number;
  readonly teacher?: Teacher;
  /** Where training goes on from, if it was broken off, and keeps what it needs for that. */
  readonly checkpoint?: Checkpoint;
  readonly signal?: AbortSignal;
  /** @param fraction 0 to 1; goes back to 0 where it begins again */
  progress(fraction: number, message: string): void;
}

export interface FineTuned {
  readonly model: Model;
  readonly notes: readonly string[];
  /** Why it ended before its last step: cancelled, or a loss that is no number. The model is the best until then. */
  readonly ended?: SecateurError;
}
