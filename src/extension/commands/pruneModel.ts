import { dirname, join, resolve } from "node:path";
import * as vscode from "vscode";
import type { RunResult } from "../../protocol/worker.ts";
import { titleOf } from "../../pruning/recipe/title.ts";
import { runsFolderName } from "../../pruning/runs/folder.ts";
import { isModelFile } from "../models/sniff.ts";
import type { Services } from "../services.ts";
import { runSettings } from "../settings.ts";
import { firstAnswers, type PruneAnswers } from "../wizard/answers.ts";
import { findDataFolders, rememberDataFolder, rememberedDataFolders } from "../wizard/dataFolders.ts";
import { askHowToPrune } from "../wizard/prune.ts";
import { recipeOf } from "../wizard/recipe.ts";
import { execute } from "./execute.ts";
import { type ModelTarget, modelOf } from "./target.ts";
import { requireTrust } from "./trust.ts";

const lastAnswers = "pruneAnswers";

/** For whoever calls the command from code. Menus put other things in its place, in which there is no `answers`. */
export interface PruneOptions {
  /** Then nobody is asked; what they leave out is as a first-time user would find it. */
  readonly answers?: Partial<PruneAnswers>;
}

/**
 * Prunes a model.
 * @returns what came of the run; undefined when the person gave up
 */
export async function pruneModel(
  services: Services,
  target?: ModelTarget,
  options?: PruneOptions,
): Promise<RunResult | undefined> {
  requireTrust();
  const model = await modelOf(target, services.store, services.finder);
  if (!model) return undefined;
  const answers = options?.answers ? { ...firstAnswers, ...options.answers } : await ask(services, model.path);
  if (!answers) return undefined;
  const settings = runSettings(vscode.Uri.file(model.path));
  const title = titleOf(model.path);
  const home = homeOf(model.path);
  return await execute(services, {
    recipe: recipeOf(model.path, title, answers, settings),
    base: home,
    runsFolder: join(home, runsFolderName),
    title,
  });
}

/** The folder whose `.secateur` gets the runs of a model: its workspace folder, or its own. */
export function homeOf(path: string): string {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path))?.uri.fsPath ?? dirname(path);
}

/**
 * The wizard. Meanwhile the model is inspected, which fills the Layers view and takes the wizard away if the model
 * turns out to be broken: better now than after four answers.
 */
async function ask({ memory, inView }: Services, path: string): Promise<PruneAnswers | undefined> {
  const broken = new AbortController();
  const inspection = inView.show(path, titleOf(path));
  const failure = inspection.then(
    () => undefined,
    (error: unknown) => {
      broken.abort();
      return { error };
    },
  );
  if (!(await isModelFile(path))) await inspection;
  const folders = await dataFolders(memory, path);
  const start = { ...firstAnswers, ...(memory.get<Partial<PruneAnswers>>(lastAnswers) ?? likely(folders)) };
  const answers = await askHowToPrune({
    modelName: titleOf(path),
    start,
    dataFolders: folders,
    signal: broken.signal,
  });
  const failed = answers || broken.signal.aborted ? await failure : undefined;
  if (failed) throw failed.error;
  if (!answers) return undefined;
  await memory.update(lastAnswers, answers);
  if (answers.data !== undefined) await rememberDataFolder(memory, answers.data);
  return answers;
}

/** What a first-time user is offered beside the rest. */
const likely = ([data]: readonly string[]): Partial<PruneAnswers> => (data === undefined ? {} : { data });

/** Folders of data to offer, likeliest first: the setting's, those used before, those found. */
async function dataFolders(memory: vscode.Memento, model: string): Promise<string[]> {
  const { dataPath } = runSettings(vscode.Uri.file(model));
  const set = dataPath === "" ? [] : [resolve(homeOf(model), dataPath)];
  return [...new Set([...set, ...rememberedDataFolders(memory), ...(await findDataFolders())])];
}
