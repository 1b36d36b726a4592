import { type CriterionName, criterionNamed, needsOf } from "../../pruning/criteria/registry.ts";
import type { MethodName } from "../../pruning/methods/catalogue.ts";
import { defaultCriterion, type TargetName } from "../../pruning/methods/structuredSpec.ts";

/** A γ as a recipe has it: a number above 0, or sized from the steps there are. */
export type Strength = number | "auto";

/** The methods that the wizard offers; filters are chosen one by one in the Layers view. */
export type OfferedMethod = Exclude<MethodName, "filters">;

/** What the Prune wizard asks. Of methods that are not chosen, what was answered the last time. */
export interface PruneAnswers {
  readonly method: OfferedMethod;
  /** Of magnitude pruning: shares in [0, 1); one trial each. */
  readonly sparsity: readonly number[];
  /** Of methods that remove filters: shares in [0, 1) to remove; one trial each. */
  readonly shares: readonly number[];
  /** What the shares of structured pruning are of. */
  readonly target: TargetName;
  /** Which filters structured pruning removes. */
  readonly criterion: CriterionName;
  readonly scope: "global" | "layer";
  /** How strongly sparse structure selection draws factors to zero: γ; one trial each. */
  readonly gammas: readonly Strength[];
  /** Folder of a dataset; none means sizes only. */
  readonly data?: string;
  /** Passes over the training images after pruning; none means no fine-tuning. Only with data. */
  readonly epochs?: number;
  /** Filters that were chosen to go, as in a recipe; then no method is asked for. */
  readonly remove?: string;
  /** Layers that stay as they are, as in a recipe. */
  readonly skip?: string;
  /** Whether the data is images without labels: then pruned models learn what the unpruned one answers. */
  readonly unlabelled?: boolean;
}

/** What a first-time user is offered. */
export const firstAnswers: PruneAnswers = {
  method: "magnitude",
  sparsity: [0.3, 0.6, 0.9],
  shares: [0.3, 0.5, 0.7],
  target: "filters",
  criterion: defaultCriterion,
  scope: "global",
  gammas: ["auto"],
};

/** Whether what was answered cannot be done without images. */
export function needsData({ method, criterion, remove }: PruneAnswers): boolean {
  if (remove !== undefined) return false;
  return (
    method === "greedy" ||
    method === "thinet" ||
    method === "sss" ||
    (method === "structured" && needsOf(criterionNamed(criterion)) !== "nothing")
  );
}
