import type * as v from "valibot";
import type { Checkpoint } from "../checkpoint.ts";
import type { Needs } from "../criteria/evidence.ts";
import type { Verification } from "../engine/equality.ts";
import type { SecateurError } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import type { Model, ModelFormat } from "../model/model.ts";
import type { Progress } from "../progress.ts";
import type { ScoringContext } from "./evidence/laboratory.ts";
import type { ChoosingCourse, ChoosingTraining } from "./sss/contract.ts";
import type { FactorSpread } from "./sss/spread.ts";

/** The options of a method as a schema: every entry carries `v.title` and `v.description` for help and wizard. */
export type OptionsSchema = v.GenericSchema<unknown, object> & { readonly entries: v.ObjectEntries };

/**
 * What everyone may know of a method without being able to run it: its name in recipes, words for people, its
 * options. Schema, help and wizard are made from these.
 */
export interface MethodSpec<Name extends string = string, Schema extends OptionsSchema = OptionsSchema> {
  readonly name: Name;
  readonly title: string;
  readonly description: string;
  readonly options: Schema;
  /** The options it takes to prune gradually, while the model trains: `sparsity` and others. Absent where it cannot. */
  readonly gradual?: readonly string[];
  /** The only kind of model it can prune; all kinds where it is absent. */
  readonly format?: ModelFormat;
  /**
   * Set where it may train in between: then a recipe gives it `fineTune` too, as in that step. Says why it cannot with
   * these options, as a sentence ends that begins "Fine-tuning in between"; nothing if it can.
   */
  trainsBetween?(options: v.InferOutput<Schema>): string | undefined;
  /** What it takes beside the model, with these options; nothing where this is absent. */
  needs?(options: v.InferOutput<Schema>): Needs;
  /** What to do where there are no labels and it needs some, as a sentence ends; another criterion where absent. */
  readonly withoutLabels?: string;
  /** Conditions between options that a schema of single fields cannot say: a sentence, or nothing if all is well. */
  problem(options: v.InferOutput<Schema>): string | undefined;
  /** What was asked for, short, for a trial's name. */
  label(options: v.InferOutput<Schema>): string;
}

export interface MethodContext extends ScoringContext, Verification {
  /** Of the model that the method is given. */
  readonly network: Network;
  /** The unpruned model. */
  readonly original: Model;
  /** Where a long search goes on from, if it was broken off, and keeps what it needs for that. */
  readonly checkpoint: Checkpoint;
  /**
   * Keeps a trial of what the method has on its way; one that a broken-off run has kept already is left alone.
   * @param mark tells it from the step's others, in words: `after 8`
   */
  keepTrial(mark: string, model: Model, notes: readonly string[]): Promise<void>;
  /** Says in the log what a person should know before the method is done: a sentence. */
  warn(message: string): void;
  /** Lays out training that chooses structures of a model, on the recipe's labelled images. */
  choosing(model: Model, network: Network, course: ChoosingCourse): Promise<ChoosingTraining>;
  /** Keeps how factors are spread by now, in place of what was kept before. */
  keepFactors(spread: FactorSpread): Promise<void>;
  /** Trains between iterations, as the recipe has it; absent where it does not. */
  fineTune?(model: Model, network: Network, progress: Progress): Promise<Pruned>;
}

export interface Pruned {
  readonly model: Model;
  /** Requested against achieved, and why where they differ: sentences. */
  readonly notes: readonly string[];
  /** Why it ended early; the model is as far as it came, and worth keeping. */
  readonly ended?: SecateurError;
}

/** The algorithm: model in, model out. The input is never changed. */
export type Prune<Options> = (model: Model, options: Options, context: MethodContext) => Pruned | Promise<Pruned>;

/** Kernels that are to have a number of zeros together. */
export interface ZeroTarget {
  /** Names of the weights. */
  readonly kernels: readonly string[];
  readonly zeros: number;
}

/** How a method prunes while the model trains: what is to be reached, and who goes first on the way there. */
export interface GradualPruning {
  readonly targets: readonly ZeroTarget[];
  /**
   * How much each weight of a kernel matters, by its present value: those of the smallest magnitude go first.
   * @returns as long as `values`
   */
  score(values: Float32Array, kernel: string): Float32Array;
}

/** What a method does. */
export interface Method<Options> {
  /** Whether the options can be meant for this model, before anything is done. @throws SecateurError `bad-recipe` */
  check(options: Options, network: Network, model: Model): void;
  /**
   * What will come out other than asked, as far as model and data tell before anything is done: sentences.
   * @param model as it is before the first step of a recipe
   */
  foresee?(
    model: Model,
    options: Options,
    context: Pick<MethodContext, "network" | "choosing">,
  ): Promise<readonly string[]>;
  readonly prune: Prune<Options>;
  /** The same gradually: of methods whose spec names the options for it. */
  readonly gradual?: (model: Model, options: Options, network: Network) => GradualPruning;
}
