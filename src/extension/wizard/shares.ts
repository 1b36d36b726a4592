import { targetNouns } from "../../pruning/methods/structuredSpec.ts";
import { formatShare } from "../../pruning/text.ts";
import type { PruneAnswers } from "./answers.ts";
import { type MakeStep, questionOf } from "./question.ts";
import { type Choice, pickSeveral } from "./quickInput.ts";
import { readSparsities } from "./sparsities.ts";

const offered = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const choiceOf = (value: number): Choice<number> => ({ label: formatShare(value), value });

/** Of which shares one trial each is made. */
function askSome(key: "sparsity" | "shares", placeholderOf: (answers: PruneAnswers) => string): MakeStep {
  return (options) => async (answers, place) => {
    const ticked = answers[key];
    const shares = [...new Set([...offered, ...ticked])].sort((a, b) => a - b);
    const question = questionOf(options, answers, place, placeholderOf(answers));
    const chosen = await pickSeveral(question, shares.map(choiceOf), ticked, (typed) =>
      readSparsities(typed).map(choiceOf),
    );
    return Array.isArray(chosen) ? { ...answers, [key]: chosen.toSorted((a, b) => a - b) } : chosen;
  };
}

export const askSparsity: MakeStep = askSome("sparsity", () => "How sparse? Tick some, or type others: 30, 60, 95");

export const askShares: MakeStep = askSome(
  "shares",
  ({ target }) => `Remove how much of the ${targetNouns[target]}? Tick some, or type others: 30, 50, 70`,
);

/** The same for methods that count nothing but filters. */
export const askFilterShares: MakeStep = askSome(
  "shares",
  () => "Remove how many of the filters? Tick some, or type others: 30, 50, 70",
);

/** The same for methods that take a share of each layer. */
export const askLayerShares: MakeStep = askSome(
  "shares",
  () => "Remove how many of each layer's filters? Tick some, or type others: 30, 50, 70",
);
