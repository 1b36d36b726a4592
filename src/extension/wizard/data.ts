import * as vscode from "vscode";
import { isUnlabelled } from "../../pruning/data/images/find.ts";
import { needsData } from "./answers.ts";
import { type MakeStep, questionOf } from "./question.ts";
import { type Choice, pickOne } from "./quickInput.ts";

const none = Symbol("no data");
const browse = Symbol("browse");

type DataChoice = Choice<string | typeof none | typeof browse>;

/** What accuracy is measured on, and filters are judged by. */
export const askData: MakeStep = (options) => async (answers, place) => {
  const needed = needsData(answers);
  const placeholder = needed
    ? "Judge filters by, and measure accuracy on, which data?"
    : "Measure accuracy on which data?";
  const choices: DataChoice[] = [
    ...options.dataFolders.map((path) => ({
      label: `$(database) ${vscode.workspace.asRelativePath(path)}`,
      value: path,
    })),
    {
      label: "$(folder-opened) Browse…",
      detail: "A folder of PNG or JPEG images, of IDX (MNIST) or of CIFAR-10 binary files",
      value: browse,
    },
    ...(needed ? [] : [noData]),
  ];
  const { data: _, ...others } = answers;
  const answer = await pickOne(questionOf(options, answers, place, placeholder), choices, answers.data ?? none);
  if (answer === none) return others;
  if (answer !== browse) return typeof answer === "string" ? { ...others, data: answer } : answer;
  const folder = await browseForFolder();
  // Closing the dialog is a change of mind about browsing, not about pruning.
  return folder === undefined ? askData(options)(answers, place) : { ...others, data: folder };
};

const noData: DataChoice = {
  label: "$(circle-slash) No data",
  detail: "Sizes only: no accuracy, so no Pareto front",
  value: none,
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

const epochChoices: readonly Choice<number>[] = [
  { label: "No", detail: "Measure the pruned models as they are.", value: 0 },
  {
    label: "1 epoch",
    detail: "Brings most of the accuracy back. Zeros stay zero; points appear before and after.",
    value: 1,
  },
  { label: "3 epochs", detail: "Three passes over the training images: slower, sometimes better.", value: 3 },
];

/** Whether to train what is left. */
export const askFineTuning: MakeStep = (options) => async (answers, place) => {
  const { epochs: _, unlabelled: __, ...others } = answers;
  // Nothing to learn from.
  if (answers.data === undefined) return others;
  const unlabelled = await isUnlabelled(answers.data);
  const placeholder = unlabelled
    ? "Let the pruned models learn what the unpruned one answers to these images?"
    : "Fine-tune the pruned models on the training images?";
  const question = questionOf(options, answers, place, placeholder);
  const epochs = await pickOne(question, epochChoices, answers.epochs ?? 0);
  if (typeof epochs !== "number") return epochs;
  return epochs > 0 ? { ...others, epochs, ...(unlabelled && { unlabelled }) } : others;
};
