import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./corpus.ts";

/** What a finished program left behind. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A bundled program of dist/. */
export function program(name: "cli" | "worker"): string {
  const path = join(projectRoot, "dist", `${name}.js`);
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build first`);
  return path;
}

/**
 * Runs the terminal program to its end.
 */
export function secateur(
  args: readonly string[],
  options: { readonly cwd?: string; readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program("cli"), ...args], { cwd: options.cwd ?? projectRoot });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
    options.onStart?.((signal) => child.kill(signal));
  });
}
