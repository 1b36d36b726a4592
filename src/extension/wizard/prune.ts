import { methodCatalogue } from "../../pruning/methods/catalogue.ts";
import type { OfferedMethod, PruneAnswers } from "./answers.ts";
import { askData, askFineTuning } from "./data.ts";
import { askCriterion, askTarget } from "./filters.ts";
import { type MakeStep, questionOf, type WizardOptions } from "./question.ts";
import { askInTurn, type Choice, pickOne } from "./quickInput.ts";
import { askFilterShares, askLayerShares, askShares, askSparsity } from "./shares.ts";
import { askStrengths } from "./strengthQuestion.ts";

export type { WizardOptions } from "./question.ts";

/** Asks how to prune a model; undefined when the person gave up. */
export function askHowToPrune(options: WizardOptions): Promise<PruneAnswers | undefined> {
  const asked = ({ method, remove }: PruneAnswers) => (remove === undefined ? [askMethod, ...questions[method]] : []);
  return askInTurn(
    (answers) => [...asked(answers), askData, askFineTuning].map((step) => step(options)),
    options.start,
  );
}

const askMethod: MakeStep = (options) => async (answers, place) => {
  const choices = methodCatalogue.flatMap(({ name, title, description }): Choice<OfferedMethod>[] =>
    name === "filters" ? [] : [{ label: title, detail: description, value: name }],
  );
  const question = { title: `Prune ${options.modelName}`, placeholder: "By which method?", ...place };
  const method = await pickOne({ ...question, signal: options.signal }, choices, answers.method);
  return typeof method === "string" ? { ...answers, method } : method;
};

interface ScopeWords {
  readonly question: string;
  readonly global: string;
  readonly layer: string;
}

function askScope(words: ScopeWords): MakeStep {
  const choices: Choice<PruneAnswers["scope"]>[] = [
    { label: "Over all layers together", detail: words.global, value: "global" },
    { label: "In each layer", detail: words.layer, value: "layer" },
  ];
  return (options) => async (answers, place) => {
    const scope = await pickOne(questionOf(options, answers, place, words.question), choices, answers.scope);
    return typeof scope === "string" ? { ...answers, scope } : scope;
  };
}

/** What is asked of each method. */
const questions: { readonly [Name in OfferedMethod]: readonly MakeStep[] } = {
  magnitude: [
    askSparsity,
    askScope({
      question: "Reach the sparsity where?",
      global: "Layers that can spare more give more: usually more accurate at the same sparsity.",
      layer: "Every layer gets exactly this sparsity.",
    }),
  ],
  structured: [
    askCriterion,
    askTarget,
    askShares,
    askScope({
      question: "Choose the filters where?",
      global: "Layers that can spare more give more: usually more accurate at the same size.",
      layer: "Every layer gives the same share of its filters.",
    }),
  ],
  greedy: [askFilterShares],
  thinet: [askLayerShares],
  sss: [askStrengths],
};
