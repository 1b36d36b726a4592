import type { LabelNeed } from "../data/labels.ts";
import { SecateurError } from "../errors.ts";
import type { Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import type { Recipe } from "./schema.ts";
import { stepNamedBy } from "./steps/catalogue.ts";
import type { StepVariant } from "./steps/spec.ts";

/** One step with one value per field, and what follows it. */
export interface PlannedStep extends StepVariant {
  /** Where it stands in the plan: which variant of each step to here, from 0, such as `0.2`. */
  readonly place: string;
  /** Whether a trial is kept here. */
  readonly record: boolean;
  readonly next: readonly PlannedStep[];
}

/**
 * A recipe as a tree: steps with several values branch, so that trials share the steps they have in common.
 * @returns the variants of the first step
 * @throws SecateurError `bad-recipe` for options that do not go together, or a step that lacks its data
 */
export function planOf(recipe: Recipe): PlannedStep[] {
  const plan = planFrom(recipe.steps, [], []);
  if (!recipe.data && learns(plan)) {
    throw new SecateurError("bad-recipe", 'A step of the recipe learns from images, but it names no data; add "data".');
  }
  return plan;
}

/** How many trials a plan makes. */
export function countTrials(plan: readonly PlannedStep[]): number {
  return plan.reduce((sum, step) => sum + Number(step.record) + countTrials(step.next), 0);
}

/** How long a step takes, against measuring a trial: a guess, for the sake of progress. */
export const effortOf = ({ learns }: PlannedStep): number => (learns ? 4 : 0);

/** The same for all steps of a plan and the measuring of its trials. */
export function totalEffort(plan: readonly PlannedStep[]): number {
  return plan.reduce((sum, step) => sum + effortOf(step) + Number(step.record) + totalEffort(step.next), 0);
}

/** Whether any step of a plan learns from images. */
export function learns(plan: readonly PlannedStep[]): boolean {
  return plan.some((step) => step.learns || learns(step.next));
}

/** The first step of a plan that learns from labels. */
export function labelsNeeded(plan: readonly PlannedStep[]): LabelNeed | undefined {
  for (const { kind, needsLabels, next } of plan) {
    const need = needsLabels === undefined ? labelsNeeded(next) : { step: kind, instead: needsLabels };
    if (need) return need;
  }
  return undefined;
}

/** Checks every step's options against the model. @throws SecateurError `bad-recipe` */
export function checkPlan(plan: readonly PlannedStep[], network: Network, model: Model): void {
  for (const step of plan) {
    step.check(network, model);
    checkPlan(step.next, network, model);
  }
}

function planFrom(
  [step, ...rest]: Recipe["steps"],
  before: readonly string[],
  above: readonly number[],
): PlannedStep[] {
  if (!step) return [];
  const { record, ...fields } = step;
  const variants = stepNamedBy(step)?.variants(fields) ?? [];
  const isLast = rest.every((later) => stepNamedBy(later)?.leavesModel);
  return variants.map((variant, index) => {
    const labels = [...before, variant.label];
    const place = [...above, index];
    return {
      ...variant,
      place: place.join("."),
      label: labels.join(", "),
      record: (isLast && !variant.leavesModel) || record === true,
      next: planFrom(rest, variant.leavesModel ? before : labels, place),
    };
  });
}
