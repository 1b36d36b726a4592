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
import { nameWithout, skipOf } from "../wizard/skipped.ts";
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
  return model && (await pruneWith(services, model.path, options));
}

/** What is known before anybody is asked. */
interface Known extends PruneOptions {
  /** Filters that are to go, as in a recipe: then nobody is asked how. */
  readonly remove?: string;
}

/** The same for the model of a path. */
export async function pruneWith(
  services: Services,
  path: string,
  { answers: given, remove }: Known = {},
): Promise<RunResult | undefined> {
  const chosen = remove === undefined ? {} : { remove };
  const answers = given ? { ...firstAnswers, ...given, ...chosen } : await ask(services, path, chosen);
  if (!answers) return undefined;
  const settings = runSettings(vscode.Uri.file(path));
  const title = titleOf(path);
  const home = homeOf(path);
  const skip = answers.skip ?? skipOf(excludedFrom(services, path));
  return await execute(services, {
    recipe: recipeOf(path, title, { ...answers, ...(skip !== undefined && { skip }) }, settings),
    base: home,
    runsFolder: join(home, runsFolderName),
    title,
  });
}

/** The layers that a person has left out, as far as the model still has them. */
function excludedFrom({ exclusions, inView: { current } }: Services, path: string): readonly string[] {
  const excluded = exclusions.of(path);
  if (current.kind !== "shown" || current.model !== path) return excluded;
  const names = new Set(current.inspection.layers.filter(({ prunable }) => prunable).map(({ name }) => name));
  return excluded.filter((name) => names.has(name));
}

/** The folder whose `.secateur` gets the runs of a model: its workspace folder, or its own. */
export function homeOf(path: string): string {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path))?.uri.fsPath ?? dirname(path);
}

/**
 * The wizard. Meanwhile the model is inspected, which fills the Layers view and takes the wizard away if the model
 * turns out to be broken: better now than after four answers.
 */
async function ask(
  services: Services,
  path: string,
  chosen: Pick<PruneAnswers, "remove">,
): Promise<PruneAnswers | undefined> {
  const { memory, inView, exclusions } = services;
  const broken = new AbortController();
  const isInView = inView.current.kind === "shown" && inView.current.model === path;
  const inspection = isInView ? Promise.resolve() : inView.show(path, titleOf(path));
  const failure = inspection.then(
    () => undefined,
    (error: unknown) => {
      broken.abort();
      return { error };
    },
  );
  if (!(await isModelFile(path))) await inspection;
  const folders = await dataFolders(memory, path);
  const start = { ...firstAnswers, ...(memory.get<Partial<PruneAnswers>>(lastAnswers) ?? likely(folders)), ...chosen };
  const answers = await askHowToPrune({
    modelName: chosen.remove === undefined ? nameWithout(titleOf(path), exclusions.of(path)) : titleOf(path),
    start,
    dataFolders: folders,
    signal: broken.signal,
  });
  const failed = answers || broken.signal.aborted ? await failure : undefined;
  if (failed) throw failed.error;
  if (!answers) return undefined;
  const { remove: _, ...lasting } = answers;
  await memory.update(lastAnswers, lasting);
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
