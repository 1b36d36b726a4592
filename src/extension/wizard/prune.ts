import * as vscode from "vscode";
import { isUnlabelled } from "../../pruning/data/images/find.ts";
import { type MethodName, methodCatalogue } from "../../pruning/methods/catalogue.ts";
import { formatShare } from "../../pruning/text.ts";
import type { PruneAnswers } from "./answers.ts";
import { askInTurn, type Choice, pickOne, pickSeveral, type Step } from "./quickInput.ts";
import { readSparsities } from "./sparsities.ts";

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

/** Asks how to prune a model; undefined when the person gave up. */
export function askHowToPrune(options: WizardOptions): Promise<PruneAnswers | undefined> {
  const steps = [askSparsity, askScope, askData, askFineTuning];
  // One method is no choice; its name stands in the titles.
  if (methodCatalogue.length > 1) steps.unshift(askMethod);
  return askInTurn(
    steps.map((step) => step(options)),
    options.start,
  );
}

type MakeStep = (options: WizardOptions) => Step<PruneAnswers>;

const questionTitle = ({ modelName }: WizardOptions, { method }: PruneAnswers): string => {
  const spec = methodCatalogue.find(({ name }) => name === method);
  return `Prune ${modelName} by ${spec?.title.toLowerCase() ?? method}`;
};

const askMethod: MakeStep = (options) => async (answers, place) => {
  const choices = methodCatalogue.map(
    ({ name, title, description }): Choice<MethodName> => ({ label: title, detail: description, value: name }),
  );
  const question = { title: `Prune ${options.modelName}`, placeholder: "By which method?", ...place };
  const method = await pickOne({ ...question, signal: options.signal }, choices, answers.method);
  return typeof method === "string" ? { ...answers, method } : method;
};

const offered = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const choiceOf = (value: number): Choice<number> => ({ label: formatShare(value), value });

const askSparsity: MakeStep = (options) => async (answers, place) => {
  const shares = [...new Set([...offered, ...answers.sparsity])].sort((a, b) => a - b);
  const question = {
    title: questionTitle(options, answers),
    placeholder: "How sparse? Tick some, or type others: 30, 60, 95",
    ...place,
    signal: options.signal,
  };
  const sparsity = await pickSeveral(question, shares.map(choiceOf), answers.sparsity, (typed) =>
    readSparsities(typed).map(choiceOf),
  );
  return Array.isArray(sparsity) ? { ...answers, sparsity: sparsity.toSorted((a, b) => a - b) } : sparsity;
};

const askScope: MakeStep = (options) => async (answers, place) => {
  const choices: Choice<PruneAnswers["scope"]>[] = [
    {
      label: "Over all layers together",
      detail: "Layers that can spare more give more: usually more accurate at the same sparsity.",
      value: "global",
    },
    { label: "In each layer", detail: "Every layer gets exactly this sparsity.", value: "layer" },
  ];
  const question = { title: questionTitle(options, answers), placeholder: "Reach the sparsity where?", ...place };
  const scope = await pickOne({ ...question, signal: options.signal }, choices, answers.scope);
  return typeof scope === "string" ? { ...answers, scope } : scope;
};

const none = Symbol("no data");
const browse = Symbol("browse");

const askData: MakeStep = (options) => async (answers, place) => {
  const question = {
    title: questionTitle(options, answers),
    placeholder: "Measure accuracy on which data?",
    ...place,
    signal: options.signal,
  };
  const choices: Choice<string | typeof none | typeof browse>[] = [
    ...options.dataFolders.map((path) => ({
      label: `$(database) ${vscode.workspace.asRelativePath(path)}`,
      value: path,
    })),
    {
      label: "$(folder-opened) Browse…",
      detail: "A folder of PNG or JPEG images, of IDX (MNIST) or of CIFAR-10 binary files",
      value: browse,
    },
    { label: "$(circle-slash) No data", detail: "Sizes only: no accuracy, so no Pareto front", value: none },
  ];
  const { data: _, ...others } = answers;
  const answer = await pickOne(question, choices, answers.data ?? none);
  if (answer === none) return others;
  if (answer !== browse) return typeof answer === "string" ? { ...others, data: answer } : answer;
  const folder = await browseForFolder();
  // Closing the dialog is a change of mind about browsing, not about pruning.
  return folder === undefined ? askData(options)(answers, place) : { ...others, data: folder };
};

const epochChoices: readonly Choice<number>[] = [
  { label: "No", detail: "Measure the pruned models as they are.", value: 0 },
  {
    label: "1 epoch",
    detail: "Brings most of the accuracy back. Zeros stay zero; points appear before and after.",
    value: 1,
  },
  { label: "3 epochs", detail: "Three passes over the training images: slower, sometimes better.", value: 3 },
];

const askFineTuning: MakeStep = (options) => async (answers, place) => {
  const { epochs: _, unlabelled: __, ...others } = answers;
  // Nothing to learn from.
  if (answers.data === undefined) return others;
  const unlabelled = await isUnlabelled(answers.data);
  const question = {
    title: questionTitle(options, answers),
    placeholder: unlabelled
      ? "Let the pruned models learn what the unpruned one answers to these images?"
      : "Fine-tune the pruned models on the training images?",
    ...place,
    signal: options.signal,
  };
  const epochs = await pickOne(question, epochChoices, answers.epochs ?? 0);
  if (typeof epochs !== "number") return epochs;
  return epochs > 0 ? { ...others, epochs, ...(unlabelled && { unlabelled }) } : others;
};

async function browseForFolder(): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: "Use This Data",
    })) ?? [];
  return folder?.fsPath;
}
