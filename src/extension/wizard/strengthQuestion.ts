import { formatNumber } from "../../pruning/text.ts";
import type { Strength } from "./answers.ts";
import { type MakeStep, questionOf } from "./question.ts";
import { type Choice, pickSeveral } from "./quickInput.ts";
import { ascending, readStrengths } from "./strengths.ts";

const offered: readonly Strength[] = ["auto", 0.001, 0.003, 0.01, 0.03, 0.1];

const choiceOf = (value: Strength): Choice<Strength> =>
  value === "auto"
    ? { label: "Auto", detail: "Sized so that a filter nobody needs is gone half-way through the training.", value }
    : { label: `γ ${formatNumber(value)}`, value };

/** How strongly filters are drawn to zero, one trial each. */
export const askStrengths: MakeStep = (options) => async (answers, place) => {
  const ticked = answers.gammas;
  const question = questionOf(options, answers, place, "How strongly? The larger, the more filters go: 0.002, 0.05");
  const choices = ascending([...offered, ...ticked]).map(choiceOf);
  const chosen = await pickSeveral(question, choices, ticked, (typed) => readStrengths(typed).map(choiceOf));
  return Array.isArray(chosen) ? { ...answers, gammas: ascending(chosen) } : chosen;
};
