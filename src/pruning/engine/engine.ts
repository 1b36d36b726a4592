import type { Model } from "../model/model.ts";
import type { Ablation } from "./ablation/contract.ts";
import type { Probe } from "./probing/contract.ts";
import type { Trainer, TrainerOptions } from "./training/contract.ts";

/** TensorFlow.js backends in the order `auto` prefers them where none is measured to be faster. */
export const backendNames = ["tensorflow", "webgpu", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** What a machine and its owner have for backends: no part of a recipe. */
export interface BackendSettings {
  /** Folders whose node_modules may hold @tensorflow/tfjs-node, best first: native code is loaded from there. */
  readonly tfjsNodeFolders: readonly string[];
  /** The same for the npm package webgpu; none if left out. */
  readonly webgpuFolders?: readonly string[] | undefined;
  /** How many threads the WASM backend computes on; left out, one for each core up to four. */
  readonly threads?: number | undefined;
}

/** What a job will have a backend do. */
export interface Workload {
  readonly model: Model;
  /** How the model is trained; left out where it only answers. */
  readonly training?: TrainerOptions | undefined;
}

/** How fast a backend was at a workload: the same batch for each, after a warm-up. */
export interface BackendTiming {
  readonly name: BackendName;
  /** Milliseconds of a forward pass. */
  readonly forwardMs?: number;
  /** Milliseconds of a training step. */
  readonly stepMs?: number;
  /** Why a number is missing, as the end of a sentence. */
  readonly reason?: string;
}

/** What `auto` went by. */
export interface BackendChoice {
  /** Examples in the batch that was timed. */
  readonly batchSize: number;
  readonly timings: readonly BackendTiming[];
}

/** Which backend runs, and for `auto` why no other does. */
export interface BackendReport {
  readonly name: BackendName;
  /** E.g. `libtensorflow 2.9.1`, `SIMD, 1 thread`. */
  readonly detail: string;
  /** One sentence per backend that could not be opened. */
  readonly passedOver: readonly string[];
  /** Only where there was something to choose from. */
  readonly choice?: BackendChoice;
}

export interface TensorSpec {
  readonly name: string;
  /** Batch first; null where any length goes. */
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
}

/** One output of a forward pass, read back from the backend. */
export interface Output {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A batch of one input's values. */
export interface InputBatch {
  /** Row-major. */
  readonly values: Float32Array;
  /** Batch first. */
  readonly shape: readonly number[];
}

/** A model on the backend, ready to run. Dispose it. */
export interface LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] | null }[];
  /**
   * Runs one batch through a model with a single input.
   * @param values row-major, of `shape`, batch first
   * @param wanted names among `outputs`; all of them if left out
   */
  predict(values: Float32Array, shape: readonly number[], wanted?: readonly string[]): Promise<Output[]>;
  /** Runs one batch. @param feeds one per input, in their order */
  run(feeds: readonly InputBatch[]): Promise<Output[]>;
  /**
   * Milliseconds for one batch of `batchSize` made-up inputs: the median of `repeats` runs after one warm-up, of
   * fewer where they take more than 5 s. Null where the model cannot run at that batch size; lengths the model
   * leaves open are chosen by the engine.
   */
  latency(batchSize: number, repeats: number): Promise<number | null>;
  dispose(): void;
}

/** An opened backend. The only way into TensorFlow.js. */
export interface Engine {
  readonly backend: BackendReport;
  /** @throws SecateurError `unsupported-model` naming the layer tfjs cannot build */
  load(model: Model): Promise<LoadedModel>;
  /** The model ready to be trained. @throws SecateurError as `load` */
  train(model: Model, options: TrainerOptions): Promise<Trainer>;
  /**
   * A layers model ready to be looked into.
   * @param classes how many the labels tell apart
   * @throws SecateurError as `load`; `unsupported-model` for graph models
   */
  probe(model: Model, classes: number): Promise<Probe>;
  /**
   * A layers model of one input, ready for its channels to be tried.
   * @param head name of the output that scores the classes
   * @throws SecateurError as `probe`
   */
  ablate(model: Model, head: string): Promise<Ablation>;
  dispose(): void;
}
