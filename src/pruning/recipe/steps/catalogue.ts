import { expandStep, shrinkStep } from "./architecture.ts";
import { pruneSteps } from "./prune.ts";
import { sensitivityStep } from "./sensitivity.ts";
import type { StepSpec } from "./spec.ts";
import { distillStep, fineTuneStep, recalibrateStep, reinitializeStep } from "./training.ts";

/**
 * Every step there is. A new one is entered here, and its executor in registry.ts, which does not compile without
 * it; the recipe's schema follows.
 */
export const stepCatalogue: readonly StepSpec[] = [
  ...pruneSteps,
  fineTuneStep,
  distillStep,
  recalibrateStep,
  reinitializeStep,
  shrinkStep,
  expandStep,
  sensitivityStep,
];

/** The step that an object in a recipe names by its fields; nothing where it names none. */
export function stepNamedBy(value: unknown): StepSpec | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const candidates = stepCatalogue.filter(({ kind }) => kind in fields);
  return candidates.find(({ kind, name }) => name === fields[kind]) ?? candidates[0];
}
