import * as vscode from "vscode";
import { Inspector } from "./child/inspector.ts";
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
import { Exclusions } from "./views/layers/exclusions.ts";
import { followSelection } from "./views/layers/follow.ts";
import { Ranks } from "./views/layers/ranks.ts";
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
  // Loaded when first needed: what talks to the child is half of the extension's code, and takes longest to load.
  const client = () => import("./child/workerClient.ts");
  const workerOptions = () => ({
    script: vscode.Uri.joinPath(extensionUri, "dist", "worker.js").fsPath,
    backends: backendSettings(extensionUri),
    log: (level: "info" | "warn" | "error", message: string) => log[level](message),
  });
  const withWorker: WithWorker = async (job) => (await client()).withWorker(workerOptions(), job);

  const reporter = own(new Reporter(log));
  const finder = own(new ModelFinder());
  const store = own(new RunStore(context.workspaceState, (reason) => reporter.logError(reason)));
  const jobs = own(new Jobs(store, withWorker, (sentence) => reporter.warn(sentence)));
  const source = own(new Inspector(async () => (await client()).WorkerClient.start(workerOptions())));
  const inView = own(new ModelInView(source));
  const exclusions = own(new Exclusions(context.workspaceState));
  const ranks = new Ranks(source, chosenCriterion);
  const layers = own(new LayersTree({ inView, ranks, exclusions, source }));
  const runs = own(new RunsTree(store));
  const panel = own(new ParetoPanel(extensionUri, store, log));
  own(new StatusBar(jobs));
  const memory = context.workspaceState;
  const services = { memory, reporter, finder, store, jobs, inView, exclusions, layers, runs, panel };
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
