import { type CriterionName, criteria, needsOf } from "../../pruning/criteria/registry.ts";
import type { TargetName } from "../../pruning/methods/structuredSpec.ts";
import { type MakeStep, questionOf } from "./question.ts";
import { type Choice, pickOne } from "./quickInput.ts";

/** What makes a filter matter. */
export const askCriterion: MakeStep = (options) => async (answers, place) => {
  const question = questionOf(options, answers, place, "Which filters matter least?");
  const choices = criteria.map((criterion): Choice<CriterionName> => {
    const needsImages = needsOf(criterion) !== "nothing";
    return {
      label: criterion.title,
      ...(needsImages && { description: "needs training images" }),
      detail: criterion.description,
      value: criterion.name,
    };
  });
  const criterion = await pickOne(question, choices, answers.criterion);
  return typeof criterion === "string" ? { ...answers, criterion } : criterion;
};

const targetChoices: readonly Choice<TargetName>[] = [
  { label: "Filters", detail: "Half of the filters are about three quarters of the parameters.", value: "filters" },
  { label: "Parameters", detail: "What the model holds in memory.", value: "parameters" },
  { label: "MACs", detail: "What the model computes for one example, and much of its time.", value: "macs" },
  { label: "Bytes", detail: "What its weight files weigh.", value: "bytes" },
];

/** What a share is to be removed of. */
export const askTarget: MakeStep = (options) => async (answers, place) => {
  const question = questionOf(options, answers, place, "Remove a share of what?");
  const target = await pickOne(question, targetChoices, answers.target);
  return typeof target === "string" ? { ...answers, target } : target;
};
