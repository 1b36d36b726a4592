import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { titleOf } from "../../../pruning/recipe/title.ts";
import { debounced } from "../../debounce.ts";
import { nameOfTrial } from "../../runs/order.ts";
import type { Services } from "../../services.ts";

interface Wish {
  readonly path: string;
  readonly title: string;
}

const lastInView = "modelInView";

/**
 * Brings into the Layers view what a person turns to: the trial that is selected, and the model whose file is
 * opened. Waits until they have settled on one, and until the view is in sight: an inspection costs a process.
 * After a reload of the window they find what was in view before.
 */
export function followSelection({ memory, store, inView, layers, finder, reporter }: Services): vscode.Disposable {
  let wanted = memory.get<Wish>(lastInView);
  if (wanted && !existsSync(wanted.path)) wanted = undefined;
  const show = debounced(
    () => {
      if (!wanted || !layers.view.visible) return;
      const { path, title } = wanted;
      wanted = undefined;
      inView.show(path, title).catch((error) => reporter.report(error));
    },
    150,
    1_000,
  );
  const want = (path: string, title: string) => {
    wanted = { path, title };
    show.call();
  };
  show.call();
  return vscode.Disposable.from(
    show,
    store.onDidSelect(({ run, trial }) => want(trial.model, nameOfTrial(run, trial))),
    layers.view.onDidChangeVisibility(() => show.call()),
    // What is asked for by command is newer than what was wanted before.
    inView.onWillShow(() => {
      wanted = undefined;
    }),
    inView.onDidChange(() => {
      const { current } = inView;
      if (current.kind === "shown") void memory.update(lastInView, { path: current.model, title: current.title });
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      const path = editor?.document.uri.fsPath;
      if (path !== undefined && finder.knows(path)) want(path, titleOf(path));
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("secateur.layers.criterion")) layers.rerank();
    }),
  );
}
