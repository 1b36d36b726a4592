import * as vscode from "vscode";
import type { Services } from "../services.ts";
import { type ModelTarget, modelOf, type TrialTarget, trialOf } from "./target.ts";

/** Shows the layers of a model. */
export async function inspectModel({ store, finder, inView, layers }: Services, target?: ModelTarget): Promise<void> {
  const model = await modelOf(target, store, finder);
  if (!model) return;
  await layers.focus();
  await inView.show(model.path, model.name);
}

/** Selects a trial everywhere: in the tree, on the chart, which opens if it is not open, and in the Layers view. */
export async function selectTrial({ store, panel }: Services, target: TrialTarget): Promise<void> {
  const trial = await trialOf(target, store);
  if (!trial) return;
  store.select(trial.id);
  if (!panel.isOpen) panel.show(true);
}

/** Opens the model.json of a trial in an editor. */
export async function openModel({ store }: Services, target: TrialTarget): Promise<void> {
  const trial = await trialOf(target, store);
  if (trial) await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(trial.model));
}

/** Shows the model.json of a trial among the files. */
export async function revealModel({ store }: Services, target: TrialTarget): Promise<void> {
  const trial = await trialOf(target, store);
  if (trial) await reveal(vscode.Uri.file(trial.model));
}

/** Shows a file or folder in the Explorer, or in the system's own where it is not of the workspace. */
export async function reveal(uri: vscode.Uri): Promise<void> {
  const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? "revealInExplorer" : "revealFileInOS", uri);
}
