import * as vscode from "vscode";
import { commands } from "../ids.ts";
import type { Services } from "../services.ts";
import { chooseCriterion, pruneFilters, revealGroup } from "./layers.ts";
import { inspectModel, openModel, revealModel, selectTrial } from "./models.ts";
import { pruneModel } from "./pruneModel.ts";
import { runRecipe } from "./runRecipe.ts";
import { cancelRun, deleteRun, openRunFolder, resumeRun } from "./runs.ts";

/** The commands of package.json. What one of them throws is shown and logged. */
export function registerCommands(services: Services, extensionId: string): vscode.Disposable {
  const { reporter, panel, layers, store, inView } = services;
  const withServices =
    <Args extends unknown[], R>(command: (services: Services, ...args: Args) => Promise<R>) =>
    (...args: Args) =>
      command(services, ...args);
  const handlers: Record<keyof typeof commands, (...args: never[]) => Promise<unknown>> = {
    pruneModel: withServices(pruneModel),
    inspectModel: withServices(inspectModel),
    runRecipe: withServices(runRecipe),
    cancelRun: withServices(cancelRun),
    resumeRun: withServices(resumeRun),
    openRunFolder: withServices(openRunFolder),
    openModel: withServices(openModel),
    revealModel: withServices(revealModel),
    deleteRun: withServices(deleteRun),
    selectTrial: withServices(selectTrial),
    showPareto: async () => panel.show(),
    showMoreFilters: async (node: Parameters<typeof layers.showMore>[0]) => layers.showMore(node),
    chooseCriterion,
    revealGroup: withServices(revealGroup),
    pruneFilters: withServices(pruneFilters),
    refresh: async () => void (await Promise.all([store.refresh(), inView.refresh()])),
    openSettings: async () => vscode.commands.executeCommand("workbench.action.openSettings", `@ext:${extensionId}`),
    showLog: async () => reporter.log.show(),
  };
  const names = Object.keys(commands) as (keyof typeof commands)[];
  return vscode.Disposable.from(
    ...names.map((name) => vscode.commands.registerCommand(commands[name], reporter.guard(handlers[name]))),
  );
}
