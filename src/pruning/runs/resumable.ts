import { hostname } from "node:os";
import type { Run } from "./run.ts";

/** Why a run cannot be taken up again, as the end of a sentence that begins with it; nothing where it can. */
export function whyNotResumable({ status, process, inputs }: Run): string | undefined {
  if (status === "done") return "is done; there is nothing to resume.";
  if (status === "running") {
    const where = process.host === hostname() ? "" : ` on ${process.host}`;
    return `is still running${where}, as process ${process.pid}; cancel it first.`;
  }
  return inputs ? undefined : "was made by a Secateur that could not resume runs; start a new one.";
}

/** Whether a run was interrupted, cancelled or failed in such a way that it can be taken up again. */
export const isResumable = (run: Run): boolean => whyNotResumable(run) === undefined;
