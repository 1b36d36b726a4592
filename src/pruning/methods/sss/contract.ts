import type { StructureSelection } from "../../engine/structures/contract.ts";
import type { Model } from "../../model/model.ts";
import type { Progress } from "../../progress.ts";

/** How long and how fast a model is trained while it chooses: by Nesterov's SGD. */
export interface ChoosingCourse {
  readonly epochs: number;
  /** Instead of epochs. */
  readonly steps?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate: number;
  readonly decay: "cosine" | "step" | "constant";
  /** Share of the steps over which the learning rate rises from 0. */
  readonly warmup: number;
  /** Of the weights' optimiser, as of the factors' update. */
  readonly momentum: number;
  /** Of kernels alone. */
  readonly weightDecay: number;
  /** Whether half of the images are mirrored. */
  readonly flip?: boolean | undefined;
  /** Pixels by which images are shifted at most, each way. */
  readonly shift?: number | undefined;
}

/** How far the choosing has come. */
export interface Standing {
  /** Steps taken. */
  readonly step: number;
  /** Of each structure its factor or norm. */
  readonly values: Float32Array;
  /** Of each structure the mean of those, over some hundred moments from the first step to this one. */
  readonly history: Float32Array;
}

/** What choosing came to. */
export interface Chosen extends Standing {
  /** Mean over the last batches, in nats. */
  readonly loss: number;
  /** With the weights as they were trained: factors are no part of it. */
  readonly model: Model;
}

/** Training that chooses structures on its way, laid out and not yet begun. */
export interface ChoosingTraining {
  /** In all. */
  readonly steps: number;
  /** How many the labels tell apart. */
  readonly classes: number;
  /** @param step counts from 0 */
  learningRateAt(step: number): number;
  /**
   * Trains from the first step to the last; goes on where it was broken off.
   * @param watch told how far it has come: at first, at last, and now and then on the way
   * @throws SecateurError `training` where the loss becomes no number, `cancelled`; then nothing is kept but what it
   *   takes to go on
   */
  run(selection: StructureSelection, watch: (standing: Standing) => Promise<void>, progress: Progress): Promise<Chosen>;
}
