import type { Model } from "../../model/model.ts";
import type { MethodContext, Pruned } from "../spec.ts";
import type { Standing } from "./contract.ts";
import type { FactorSpread } from "./spread.ts";
import type { Candidates } from "./structures.ts";

/** What is chosen from, and what becomes of what is chosen. */
export interface Selection {
  readonly candidates: Candidates;
  readonly by: FactorSpread["by"];
  /** Structures whose value is at most this go. */
  readonly threshold: number;
  /** What a structure is called, one and several. */
  readonly nouns: readonly [string, string];
  /** What an unused structure's value begins at. */
  readonly start: number;
  /**
   * Takes out what is at most the threshold, and multiplies all other factors into the weights.
   * @param model with the weights as they were trained
   * @throws SecateurError `unequal` where what is left does not answer as the whole does with the chosen at zero
   */
  prune(model: Model, standing: Standing, context: MethodContext): Promise<Pick<Pruned, "model" | "notes">>;
}
