import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendSettings } from "../pruning/engine/engine.ts";
import { SecateurError } from "../pruning/errors.ts";
import type { JobOptions } from "../pruning/recipe/events.ts";
import { resumeRun } from "../pruning/recipe/resume.ts";
import { runRecipe } from "../pruning/recipe/runner.ts";
import { newRunFolder, runsFolderName } from "../pruning/runs/folder.ts";
import type { Run } from "../pruning/runs/run.ts";
import { print, printJson } from "./output.ts";
import { showProgress } from "./progress.ts";
import { describeRun } from "./report.ts";

/** What any job may be told. */
export interface JobSettings {
  readonly json?: boolean | undefined;
  readonly threads?: number | undefined;
}

export interface JobRequest extends JobSettings {
  readonly recipe: unknown;
  /** Folder that the recipe's paths are relative to. */
  readonly base: string;
  /** What to call the recipe in a sentence. */
  readonly where: string;
  /** What to call the run's folder, below the current folder, where `out` names none. */
  readonly title: string;
  readonly out?: string | undefined;
}

/**
 * What a terminal opens backends with. Native packages are looked for where the environment says (SECATEUR_TFJS_NODE,
 * SECATEUR_WEBGPU), in the current folder, and beside this program.
 */
export function backendSettings({ threads }: Pick<BackendSettings, "threads">): BackendSettings {
  const own = dirname(fileURLToPath(import.meta.url));
  const folders = (named: string | undefined) => [...(named ? [named] : []), process.cwd(), own];
  const { SECATEUR_TFJS_NODE: tfjsNode, SECATEUR_WEBGPU: webgpu } = process.env;
  return { tfjsNodeFolders: folders(tfjsNode), webgpuFolders: folders(webgpu), threads };
}

/** Makes a run of a recipe. @throws SecateurError as `report` */
export async function runJob({ recipe, base, where, title, out, ...settings }: JobRequest): Promise<void> {
  const folder = resolve(out ?? newRunFolder(join(process.cwd(), runsFolderName), title, new Date()));
  await report(settings, (options) => runRecipe(recipe, { base, where, folder, ...options }));
}

/** Takes up a run that was broken off. @throws SecateurError as `report` */
export async function resumeJob(folder: string, settings: JobSettings): Promise<void> {
  await report(settings, (options) => resumeRun({ folder: resolve(folder), ...options }));
}

/**
 * Does a job with its progress on standard error and its result on standard output. Ctrl+C ends it at the next safe
 * point and keeps the finished trials; a second one ends it at once.
 * @throws SecateurError `cancelled`, naming the folder, once the run is safely on disk
 */
async function report(
  { json, threads }: JobSettings,
  work: (options: Pick<JobOptions, keyof BackendSettings | "signal" | "events">) => Promise<Run>,
): Promise<void> {
  const run = await withProgress((events, signal) => work({ ...backendSettings({ threads }), signal, events }));
  const { folder, baseline, trials, sensitivity, factors } = run;
  const found = { ...(sensitivity.length > 0 && { sensitivity }), ...(factors.length > 0 && { factors }) };
  if (json) printJson({ run: folder, baseline, trials, ...found });
  else print(describeRun(run));
  if (run.status === "cancelled") {
    throw new SecateurError(
      "cancelled",
      `Cancelled; ${run.trials.length} finished trials are kept in ${run.folder}, and run --resume goes on with it.`,
    );
  }
}

async function withProgress(
  work: (events: ReturnType<typeof showProgress>["events"], signal: AbortSignal) => Promise<Run>,
): Promise<Run> {
  const cancel = new AbortController();
  const onInterrupt = () => cancel.abort();
  process.once("SIGINT", onInterrupt);
  const display = showProgress();
  try {
    return await work(display.events, cancel.signal);
  } finally {
    process.off("SIGINT", onInterrupt);
    display.stop();
  }
}
