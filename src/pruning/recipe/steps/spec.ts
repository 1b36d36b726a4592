import type * as v from "valibot";
import type { Network } from "../../graph/network.ts";
import type { Model } from "../../model/model.ts";
import type { Swept } from "../sweep.ts";

/** A step with one value per field, ready to be executed. */
export interface StepVariant {
  /** Name of the executor in registry.ts. */
  readonly kind: StepKind;
  readonly options: object;
  /** What was asked for, short, for a trial's name. */
  readonly label: string;
  /** What it is doing, for progress: `pruning`. */
  readonly doing: string;
  /** Whether it learns from images: then a recipe must name data with a training split. */
  readonly learns: boolean;
  /** Where it learns from labels: what to do without them, as a sentence ends. */
  readonly needsLabels?: string | undefined;
  /** Whether it only looks at the model: then what it finds is kept, and no trial. */
  readonly leavesModel?: boolean;
  /** @throws SecateurError `bad-recipe` when the options cannot be meant for this model */
  check(network: Network, model: Model): void;
}

export type StepKind =
  | "prune"
  | "fineTune"
  | "distill"
  | "recalibrate"
  | "reinitialize"
  | "shrink"
  | "expand"
  | "sensitivity";

/** What everyone may know of a kind of step without being able to execute it. */
export interface StepSpec {
  /** The field that names it in a recipe. */
  readonly kind: StepKind;
  /** What that field says, where several steps share it: the method of `prune`. */
  readonly name?: string;
  readonly title: string;
  readonly description: string;
  /** As in its variants. */
  readonly leavesModel?: boolean;
  /** Its form in a recipe, without `record`; where fields may be swept, lists of values too. */
  readonly entries: v.ObjectEntries;
  /**
   * All the values of a sweep.
   * @throws SecateurError `bad-recipe` for options that do not go together
   */
  variants(step: Swept): StepVariant[];
}
