// Mocha in a process of its own, on a chosen Node.
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../test/support/corpus.ts";
import type { Summary } from "../../test/support/reporter.ts";
import { readSummary } from "./summary.ts";

/** One run of mocha. */
export interface MochaRun {
  /** The Node to run on. */
  node: string;
  /** Test files, as a glob from the project's root. */
  files: string;
  timeoutMs: number;
  /** The JSON file for the summary. */
  summary: string;
  /** Runs only the tests with this in their titles. */
  grep?: string | undefined;
}

/** Runs TypeScript tests under mocha, printing as they go. @throws where mocha fails otherwise than by a test */
export async function runMocha({ node, files, timeoutMs, summary, grep }: MochaRun): Promise<Summary> {
  await rm(summary, { force: true });
  const args = [
    ...["--import", "tsx", join("node_modules", "mocha", "bin", "mocha.js"), files, "--timeout", String(timeoutMs)],
    ...["--require", "./test/support/seed.ts"],
    ...["--reporter", "./test/support/reporter.ts", "--reporter-option", `summary=${summary}`],
    ...(grep ? ["--grep", grep] : []),
  ];
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(node, args, { cwd: projectRoot, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("exit", resolve);
  });
  const counts = await readSummary(summary);
  if (status !== 0 && counts.failed === 0) throw new Error(`Mocha ended with status ${status} though no test failed.`);
  return counts;
}
