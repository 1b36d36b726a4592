import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Summary } from "../../test/support/reporter.ts";

/** The summary that a mocha run left. @throws where it left none, which is how a crash shows */
export async function readSummary(file: string): Promise<Summary> {
  if (!existsSync(file)) throw new Error("The tests ended before they could report; see the output above.");
  return JSON.parse(await readFile(file, "utf8"));
}
