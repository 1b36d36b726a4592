import { dirname } from "node:path";
import * as vscode from "vscode";
import type { RunResult } from "../../protocol/worker.ts";
import { SecateurError } from "../../pruning/errors.ts";
import { isResumable } from "../../pruning/runs/resumable.ts";
import type { Services } from "../services.ts";
import { text } from "../text.ts";
import { runText } from "../views/runs/items.ts";
import { execute } from "./execute.ts";
import { reveal } from "./models.ts";
import { type RunTarget, runOf } from "./target.ts";
import { requireTrust } from "./trust.ts";

/** Shows the folder of a run among the files. */
export async function openRunFolder({ store }: Services, target: RunTarget): Promise<void> {
  const run = await runOf(target, store);
  if (run) await reveal(vscode.Uri.file(run.folder));
}

/** Cancels a run of this window; asks which where several go or wait. */
export async function cancelRun({ store, jobs }: Services, target: RunTarget): Promise<void> {
  if (target !== undefined) {
    const run = await runOf(target, store);
    const job = run && jobs.of(run.folder);
    if (run?.status === "running" && !job) throw new SecateurError("internal", text.runsElsewhere(run.title));
    return job?.cancel();
  }
  const items = jobs.jobs.map((job, index) => ({
    label: job.title,
    description: index === 0 ? `${Math.floor(job.fraction * 100)} %` : "waiting",
    job,
  }));
  const picked = items.length > 1 ? await vscode.window.showQuickPick(items, { title: "Cancel a Run" }) : items[0];
  picked?.job.cancel();
}

/** Takes up a run that was interrupted, cancelled or failed. @returns what came of it; undefined when none was chosen */
export async function resumeRun(services: Services, target: RunTarget): Promise<RunResult | undefined> {
  requireTrust();
  const { store, jobs } = services;
  const run = await runOf(target, store, isResumable);
  if (!run) return undefined;
  if (jobs.of(run.folder)) throw new SecateurError("bad-run", text.resumedAlready(run.title));
  const { title, folder } = run;
  return await execute(services, { title, folder, runsFolder: dirname(folder) });
}

/** Moves a run to the trash, after asking; where there is no trash, deletes it, after asking again. */
export async function deleteRun(
  { store, jobs }: Services,
  target: RunTarget,
  options: { readonly confirmed?: boolean } = {},
): Promise<void> {
  const run = await runOf(target, store, ({ status }) => status !== "running");
  if (!run) return;
  if (jobs.of(run.folder)) throw new SecateurError("bad-output", text.stillRunning(run.title));
  const folder = vscode.Uri.file(run.folder);
  const name = runText(run, new Date());
  const question = `Delete the run “${name.label}” (${name.description}) with its models?`;
  if (!options.confirmed && !(await confirm(question, run.folder, "Move to Trash"))) return;
  try {
    await vscode.workspace.fs.delete(folder, { recursive: true, useTrash: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    if (!options.confirmed && !(await confirm("There is no trash here. Delete it for good?", why, "Delete"))) return;
    await vscode.workspace.fs.delete(folder, { recursive: true });
  }
  await store.refresh();
}

async function confirm(question: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}
