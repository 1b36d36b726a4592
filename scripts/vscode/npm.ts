// npm, as far as what is downloaded once needs it.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { KitError } from "./cache.ts";

const run = promisify(execFile);

/** Installs exact versions of packages into an empty folder, running none of their scripts. */
export async function installPackages(folder: string, packages: Record<string, string>): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: packages }));
  await npm(folder, "install", "--no-package-lock");
}

/** Installs what the package in a folder needs to run, running no scripts. */
export const installDependencies = (folder: string): Promise<void> => npm(folder, "install", "--omit=dev");

async function npm(folder: string, ...command: string[]): Promise<void> {
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    // On Windows npm is a .cmd file, which needs a shell.
    await run("npm", [...command, ...options], { cwd: folder, shell: process.platform === "win32" });
  } catch (error) {
    throw new KitError(explain(error as Error & { stderr?: string }));
  }
}

function explain(error: Error & { stderr?: string }): string {
  const output = error.stderr || error.message;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(output)) {
    return "The packages could not be downloaded because npm cannot reach its registry; connect and run this again.";
  }
  const reason = output.split("\n").find((line) => /^npm (error|ERR!) (?!code|A complete log)/.test(line)) ?? output;
  return `The packages could not be installed (${reason.replace(/^npm (error|ERR!) /, "").trim()}); run this again.`;
}
