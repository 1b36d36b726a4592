import * as vscode from "vscode";
import type { WithWorker } from "./child/workerClient.ts";
import { registerCommands } from "./commands/register.ts";
import { Jobs } from "./jobs.ts";
import { ModelFinder } from "./models/finder.ts";
import { ParetoPanel } from "./panel/paretoPanel.ts";
import { Reporter } from "./reporter.ts";
import { keepFresh } from "./runs/keepFresh.ts";
import { RunStore } from "./runs/store.ts";
import type { Services } from "./services.ts";
import { backendSettings, chosenCriterion } from "./settings.ts";
import { StatusBar } from "./statusBar.ts";
import { followSelection } from "./views/layers/follow.ts";
import { ModelInView } from "./views/layers/state.ts";
import { LayersTree } from "./views/layers/tree.ts";
import { RunsTree } from "./views/runs/tree.ts";

/** Builds the parts and puts them together; answers them for tests. */
export function activate(context: vscode.ExtensionContext): Services {
  const { extensionUri, subscriptions } = context;
  const own = <T extends vscode.Disposable>(part: T): T => {
    subscriptions.push(part);
    return part;
  };
  const log = own(vscode.window.createOutputChannel("Secateur", { log: true }));
  const withWorker: WithWorker = async (job) => {
    // Loaded when first needed: what talks to the child is half of the extension's code, and takes longest to load.
    const client = await import("./child/workerClient.ts");
    const options = {
      script: vscode.Uri.joinPath(extensionUri, "dist", "worker.js").fsPath,
      backends: backendSettings(extensionUri),
      log: (level: "info" | "warn" | "error", message: string) => log[level](message),
    };
    return await client.withWorker(options, job);
  };

  const reporter = own(new Reporter(log));
  const finder = own(new ModelFinder());
  const store = own(new RunStore(context.workspaceState, (reason) => reporter.logError(reason)));
  const jobs = own(new Jobs(store, withWorker));
  const inView = own(
    new ModelInView((model, signal) =>
      withWorker((worker) => worker.inspect({ model, criterion: chosenCriterion().name }, signal)),
    ),
  );
  const layers = own(new LayersTree(inView, chosenCriterion));
  const runs = own(new RunsTree(store));
  const panel = own(new ParetoPanel(extensionUri, store, log));
  own(new StatusBar(jobs));
  const services = { memory: context.workspaceState, reporter, finder, store, jobs, inView, layers, runs, panel };
  own(registerCommands(services, context.extension.id));
  own(followSelection(services));
  own(keepFresh(services));
  // After what was asked for is there: looking at the disk must not hold it up.
  setImmediate(() => {
    void store.refresh();
    void finder.models();
  });
  return services;
}
