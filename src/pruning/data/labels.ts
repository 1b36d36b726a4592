import { SecateurError } from "../errors.ts";

/** A step that learns from labels. */
export interface LabelNeed {
  /** As a recipe names it. */
  readonly step: string;
  /** What to do where there are no labels, as a sentence ends: `use the step distill`. */
  readonly instead: string;
}

/** @throws SecateurError `bad-data` when a step needs labels and there are none */
export function requireLabels(path: string, labelled: boolean, need: LabelNeed | undefined): void {
  if (labelled || !need) return;
  throw new SecateurError(
    "bad-data",
    `The images in ${path} have no labels, which the step ${need.step} learns from; put those of each class in a folder of its own, or ${need.instead}.`,
  );
}
