import * as vscode from "vscode";
import type { PanelRun } from "../../protocol/panel.ts";
import { titleOf } from "../../pruning/recipe/title.ts";
import type { Trial } from "../../pruning/runs/run.ts";
import type { ModelFinder } from "../models/finder.ts";
import { nameOfTrial, trialsOf } from "../runs/order.ts";
import type { RunStore } from "../runs/store.ts";
import { runText, trialText } from "../views/runs/items.ts";
import type { RunsNode } from "../views/runs/tree.ts";

// A command is asked for from a tree, a menu of a file, the chart, the palette or another extension. These find
// out what it is about, asking the person where nothing says.

/** What commands about models may be given: a file, a trial of the tree, or a trial's id. */
export type ModelTarget = vscode.Uri | RunsNode | string | undefined;

export interface NamedModel {
  readonly path: string;
  /** For titles. */
  readonly name: string;
}

/** The model a command is about; undefined when the person gave up choosing. */
export async function modelOf(
  target: ModelTarget,
  store: RunStore,
  finder: ModelFinder,
): Promise<NamedModel | undefined> {
  if (target instanceof vscode.Uri) return namedModel(target.fsPath, store);
  if (target === undefined) {
    const path = await pickModelFile(finder);
    return path === undefined ? undefined : namedModel(path, store);
  }
  const path = typeof target === "string" ? store.trial(target)?.trial.model : modelOfNode(target);
  return path === undefined ? undefined : namedModel(path, store);
}

function modelOfNode(node: RunsNode): string | undefined {
  if (node.kind === "unreadable") return undefined;
  return node.kind === "trial" ? node.trial.model : node.run.model;
}

/** A trial is called by what was done to which model, any other model by its folder or file. */
function namedModel(path: string, store: RunStore): NamedModel {
  for (const run of store.runs) {
    const trial = run.trials.find(({ model }) => model === path);
    if (trial) return { path, name: nameOfTrial(run, trial) };
  }
  return { path, name: titleOf(path) };
}

async function pickModelFile(finder: ModelFinder): Promise<string | undefined> {
  const models = await finder.models();
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const items = models
    .toSorted((a, b) => Number(b.fsPath === active) - Number(a.fsPath === active))
    .map(({ fsPath }) => ({
      label: `$(file-code) ${titleOf(fsPath)}`,
      description: vscode.workspace.asRelativePath(fsPath),
      path: fsPath,
    }));
  const browse = { label: "$(folder-opened) Browse…", description: "", path: "" };
  const picked = await vscode.window.showQuickPick([...items, browse], {
    title: "Choose a TensorFlow.js Model",
    placeHolder: items.length === 0 ? "No model was found in the workspace" : "Models of the workspace",
    matchOnDescription: true,
  });
  if (picked?.path !== "") return picked?.path;
  const [file] =
    (await vscode.window.showOpenDialog({ openLabel: "Choose Model", filters: { "TensorFlow.js model": ["json"] } })) ??
    [];
  return file?.fsPath;
}

/** What commands about runs may be given: a run of the tree, or its id. */
export type RunTarget = RunsNode | string | undefined;

/** The run a command is about. */
export async function runOf(
  target: RunTarget,
  store: RunStore,
  fits: (run: PanelRun) => boolean = () => true,
): Promise<PanelRun | undefined> {
  if (typeof target === "string") return store.run(target);
  if (target !== undefined) return target.kind === "unreadable" ? undefined : target.run;
  await store.refresh();
  const items = store.runs
    .filter(fits)
    .reverse()
    .map((run) => {
      const { label, description } = runText(run, new Date());
      return { label, description, run };
    });
  return (await vscode.window.showQuickPick(items, { title: "Choose a Run" }))?.run;
}

/** What commands about trials may be given: a trial of the tree, or its id. */
export type TrialTarget = RunsNode | string | undefined;

/** The trial a command is about. */
export async function trialOf(target: TrialTarget, store: RunStore): Promise<Trial | undefined> {
  if (typeof target === "string") return store.trial(target)?.trial;
  if (target !== undefined) return target.kind === "trial" ? target.trial : undefined;
  await store.refresh();
  const items = store.runs.toReversed().flatMap((run) =>
    trialsOf(run).map((trial) => {
      const { label, description } = trialText(trial);
      return { label, description, detail: runText(run, new Date()).label, trial };
    }),
  );
  return (await vscode.window.showQuickPick(items, { title: "Choose a Trial", matchOnDetail: true }))?.trial;
}
