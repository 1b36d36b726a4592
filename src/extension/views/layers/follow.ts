import * as vscode from "vscode";
import { titleOf } from "../../../pruning/recipe/title.ts";
import { commands } from "../../ids.ts";
import { nameOfTrial } from "../../runs/order.ts";
import type { Services } from "../../services.ts";

/**
 * Brings into the Layers view what a person turns to: the trial that is selected, and, while the view is in sight,
 * the model whose file is opened.
 */
export function followSelection({ store, inView, layers, finder, reporter }: Services): vscode.Disposable {
  const show = (path: string, title: string) => inView.show(path, title).catch((error) => reporter.report(error));
  return vscode.Disposable.from(
    store.onDidSelect(({ run, trial }) => show(trial.model, nameOfTrial(run, trial))),
    vscode.window.onDidChangeActiveTextEditor(async (editor) => {
      const path = editor?.document.uri.fsPath;
      if (path === undefined || !layers.view.visible || !finder.knows(path)) return;
      await show(path, titleOf(path));
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("secateur.layers.criterion"))
        void vscode.commands.executeCommand(commands.refresh);
    }),
  );
}
