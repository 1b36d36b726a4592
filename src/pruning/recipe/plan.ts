import * as v from "valibot";
import { SecateurError } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import { methodCatalogue } from "../methods/catalogue.ts";
import { methodNamed } from "../methods/registry.ts";
import type { MethodSpec } from "../methods/spec.ts";
import type { Recipe } from "./schema.ts";
import { variantsOf } from "./sweep.ts";

/** One step with one value per field. */
export interface PlannedStep {
  readonly method: MethodSpec;
  readonly options: object;
  readonly label: string;
  /** Whether a trial is kept here. */
  readonly record: boolean;
  readonly next: readonly PlannedStep[];
}

/**
 * A recipe as a tree: steps with several values branch, so that trials share the steps they have in common.
 * @returns the variants of the first step
 * @throws SecateurError `bad-recipe` for options that do not go together
 */
export function planOf(recipe: Recipe): PlannedStep[] {
  return planFrom(recipe.steps, []);
}

/** How many trials a plan makes. */
export function countTrials(plan: readonly PlannedStep[]): number {
  return plan.reduce((sum, step) => sum + Number(step.record) + countTrials(step.next), 0);
}

/** Checks every step's options against the model. @throws SecateurError `bad-recipe` */
export function checkPlan(plan: readonly PlannedStep[], network: Network): void {
  for (const { method, options, next } of plan) {
    methodNamed(method.name).check(options, network);
    checkPlan(next, network);
  }
}

function planFrom([step, ...rest]: Recipe["steps"], before: readonly string[]): PlannedStep[] {
  if (!step) return [];
  const { prune, record, ...fields } = step;
  const method: MethodSpec | undefined = methodCatalogue.find(({ name }) => name === prune);
  if (!method) throw new SecateurError("bad-recipe", `There is no pruning method "${prune}".`);
  return variantsOf(fields).map((variant) => {
    const options = v.parse(method.options, variant);
    const problem = method.problem(options);
    if (problem) throw new SecateurError("bad-recipe", problem);
    const labels = [...before, method.label(options)];
    return {
      method,
      options,
      label: labels.join(", "),
      record: rest.length === 0 || record === true,
      next: planFrom(rest, labels),
    };
  });
}
