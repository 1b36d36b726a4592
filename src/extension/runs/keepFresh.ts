import type * as vscode from "vscode";
import type { Services } from "../services.ts";

/** How often, in ms. A look costs two file times a run. */
const interval = 2_000;

/**
 * Looks at the runs on disk every so often while they are in sight. Watchers miss what happens in folders that are
 * too new for them, and nothing on disk tells that the process of a run in a terminal was killed.
 */
export function keepFresh({ store, runs, panel }: Pick<Services, "store" | "runs" | "panel">): vscode.Disposable {
  const timer = setInterval(() => {
    if (runs.view.visible || panel.isVisible) store.touch();
  }, interval);
  return { dispose: () => clearInterval(timer) };
}
