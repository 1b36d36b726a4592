import type { MethodName } from "../../pruning/methods/catalogue.ts";

/** What the Prune wizard asks. */
export interface PruneAnswers {
  readonly method: MethodName;
  /** Shares in [0, 1); one trial each. */
  readonly sparsity: readonly number[];
  readonly scope: "global" | "layer";
  /** Folder of a dataset; none means sizes only. */
  readonly data?: string;
  /** Passes over the training images after pruning; none means no fine-tuning. Only with data. */
  readonly epochs?: number;
  /** Whether the data is images without labels: then pruned models learn what the unpruned one answers. */
  readonly unlabelled?: boolean;
}

/** What a first-time user is offered. */
export const firstAnswers: PruneAnswers = { method: "magnitude", sparsity: [0.3, 0.6, 0.9], scope: "global" };
