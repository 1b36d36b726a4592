import type * as v from "valibot";
import type { Engine } from "../engine/engine.ts";
import type { Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";

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
  /** Conditions between options that a schema of single fields cannot say: a sentence, or nothing if all is well. */
  problem(options: v.InferOutput<Schema>): string | undefined;
  /** What was asked for, short, for a trial's name. */
  label(options: v.InferOutput<Schema>): string;
}

export interface MethodContext {
  /** Of the model that the method is given. */
  readonly network: Network;
  /** The run's backend, opened once, when first asked for; not to be disposed of. @throws SecateurError `backend` */
  engine(): Promise<Engine>;
  readonly signal?: AbortSignal;
}

export interface Pruned {
  readonly model: Model;
  /** Requested against achieved, and why where they differ: sentences. */
  readonly notes: readonly string[];
}

/** The algorithm: model in, model out. The input is never changed. */
export type Prune<Options> = (model: Model, options: Options, context: MethodContext) => Pruned | Promise<Pruned>;

/** What a method does. */
export interface Method<Options> {
  /** Whether the options can be meant for this model, before anything is done. @throws SecateurError `bad-recipe` */
  check(options: Options, network: Network): void;
  readonly prune: Prune<Options>;
}
