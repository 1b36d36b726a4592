import * as vscode from "vscode";
import type { RunResult } from "../../protocol/worker.ts";
import { commands } from "../ids.ts";
import type { JobRequest } from "../jobs.ts";
import { offer } from "../reporter.ts";
import type { Services } from "../services.ts";
import { text } from "../text.ts";
import { summaryText } from "../views/runs/items.ts";

/** Executes a recipe, or takes up a run, with the chart in sight, and says what came of it. */
export async function execute({ jobs, store, panel }: Services, request: JobRequest): Promise<RunResult> {
  await store.watchAlso(request.runsFolder);
  panel.show(true);
  const result = await jobs.start(request);
  const run = store.runs.find(({ folder }) => folder === result.folder);
  const sentence = result.status === "cancelled" ? text.cancelledRun(result.trials) : run && summaryText(run);
  const steps = [
    ...(result.status === "cancelled" && run
      ? [{ title: "Resume", command: commands.resumeRun, arguments: [run.id] }]
      : []),
    { title: "Show Chart", command: commands.showPareto },
  ];
  if (sentence) void offer(vscode.window.showInformationMessage, sentence, steps);
  return result;
}
