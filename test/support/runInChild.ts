import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "./corpus.ts";
import type { Told } from "./recipeRunner.ts";

/** Runs or resumes a recipe in a process of its own. @returns the signal that ended it, if one did, and its log */
export async function runInChild(told: Told): Promise<{ signal: NodeJS.Signals | null; log: string }> {
  const program = join(projectRoot, "test", "support", "recipeRunner.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(told)], {
    cwd: projectRoot,
    stdio: ["ignore", "inherit", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (text: Buffer) => {
    log += text;
  });
  const [status, signal] = await once(child, "close");
  assert.ok(status === 0 || signal === "SIGKILL", log);
  return { signal, log };
}
