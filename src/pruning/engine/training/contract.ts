import type { Mask } from "../../model/zero.ts";
import type { LoadedModel } from "../engine.ts";
import type { StructureSelection } from "../structures/contract.ts";

/** How gradients move weights. */
export type Optimizer =
  | { readonly name: "sgd"; readonly momentum: number; readonly nesterov: boolean; readonly weightDecay: number }
  | { readonly name: "adam" | "adamw"; readonly weightDecay: number };

/** What a batch is to teach. At least one of the two. */
export interface Targets {
  /** `batch × classes`: a distribution a row, one-hot or smoothed. */
  readonly labels?: Float32Array;
  /** `batch × classes`: what the unpruned model scores, logits or probabilities. */
  readonly teacher?: Float32Array;
}

export interface TrainingBatch {
  /** Row-major, of `shape`, batch first. */
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly targets: Targets;
}

export interface TrainerOptions {
  readonly optimizer: Optimizer;
  /** Number of classes: tells which output scores them. */
  readonly classes: number;
  /** Elements held at zero, by weight name. */
  readonly masks: ReadonlyMap<string, Mask>;
  /** Weights that weight decay acts on: kernels, never biases or normalisation. */
  readonly decayed: ReadonlySet<string>;
  /** Weights that gradients move, in graph models, which do not say so themselves. */
  readonly trainable: ReadonlySet<string>;
  /** Softens the teacher's scores and the model's alike (Hinton et al. 2015). */
  readonly temperature: number;
  /** Share of the loss that the teacher's scores have, where a batch has labels too; 0 to 1. */
  readonly teacherShare: number;
  /** What training is to choose from beside; layers models only. Weights are as they are without it. */
  readonly selection?: StructureSelection | undefined;
}

/** All that a trainer has learned, as plain data: weights, normalisation statistics and the optimiser's slots. */
export interface TrainerState {
  readonly step: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly slots: ReadonlyMap<string, Float32Array>;
}

/** What a batch was answered with, before the step that learns from it. */
export interface StepOutcome {
  /** Mean, in nats; where it is not finite, no step was taken and nothing has changed. */
  readonly loss: number;
  /** Share of the batch whose best class is the target's best, 0 to 1: the label's, or without labels the teacher's. */
  readonly accuracy: number;
}

/** A model on the backend while it learns. Dispose it. */
export interface Trainer {
  /** The same model, for measuring it between steps. */
  readonly loaded: LoadedModel;
  /**
   * One optimiser step; masked weights are zero after it.
   * @param seed of what the step draws at random, such as dropout
   * @throws SecateurError `training` when a layer cannot be differentiated, `backend` when memory does not suffice
   */
  step(batch: TrainingBatch, learningRate: number, seed: number): Promise<StepOutcome>;
  /**
   * Lets the statistics of batch normalisation follow a batch; nothing is trained, nothing dropped.
   * @param share that the batch has in the new statistics, 0 to 1: `1 / n` for the n-th makes them averages
   */
  observe(batch: Pick<TrainingBatch, "values" | "shape">, share: number): Promise<void>;
  /**
   * Holds other elements at zero from now on, of the weights named; these and their optimiser slots become zero.
   * @param masks as long as the weights they name
   */
  setMasks(masks: ReadonlyMap<string, Mask>): void;
  /** Copies of the weights as they are now. @param names all of them if left out */
  weights(names?: Iterable<string>): Promise<ReadonlyMap<string, Float32Array>>;
  /** Of each structure its factor or norm, as they are now; none where there is no selection. */
  structures(): Promise<Float32Array>;
  save(): Promise<TrainerState>;
  /** Goes back to what was saved; masks stay. */
  restore(state: TrainerState): void;
  dispose(): void;
}
