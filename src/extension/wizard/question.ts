import { methodCatalogue } from "../../pruning/methods/catalogue.ts";
import { countFilters, parseFilters } from "../../pruning/methods/chosenFilters.ts";
import type { PruneAnswers } from "./answers.ts";
import type { Question, Step } from "./quickInput.ts";

export interface WizardOptions {
  /** What the model is called in the titles. */
  readonly modelName: string;
  /** What is ticked at first: the answers of the last time. */
  readonly start: PruneAnswers;
  /** Data folders to offer, likeliest first. */
  readonly dataFolders: readonly string[];
  /** Takes the wizard away when it fires. */
  readonly signal: AbortSignal;
}

/** One question of the wizard. */
export type MakeStep = (options: WizardOptions) => Step<PruneAnswers>;

/** How a question is put once the method is known. */
export function questionOf(
  { modelName, signal }: WizardOptions,
  { method, remove }: PruneAnswers,
  place: Pick<Question, "step" | "of">,
  placeholder: string,
): Question {
  const spec = methodCatalogue.find(({ name }) => name === method);
  const words =
    remove === undefined ? (spec?.title.toLowerCase() ?? method) : `without ${countFilters(parseFilters(remove))}`;
  return { title: `Prune ${modelName}: ${words}`, placeholder, ...place, signal };
}
