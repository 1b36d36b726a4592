// What VS Code's extension host runs: mocha over the host tests built beside this file.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import CountingReporter from "../support/reporter.ts";
import { withSourceLines } from "./stacks.ts";

/**
 * Runs the host tests. SECATEUR_RESULTS names the folder for `output.txt` (mocha's printing) and `summary.json`;
 * SECATEUR_GREP picks tests by title.
 * @throws if a test failed, which is how VS Code learns it
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const results = process.env.SECATEUR_RESULTS ?? __dirname;
  const mocha = new Mocha({
    timeout: 60_000,
    color: process.env.SECATEUR_COLOR === "1",
    reporter: CountingReporter,
    reporterOptions: { summary: join(results, "summary.json"), output: join(results, "output.txt") },
  });
  if (process.env.SECATEUR_GREP) mocha.grep(process.env.SECATEUR_GREP);
  const names = readdirSync(__dirname, { encoding: "utf8", recursive: true }).sort();
  for (const name of names) if (name.endsWith(".test.cjs")) mocha.addFile(join(__dirname, name));
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.prependListener("fail", (_test, error) => {
      if (error.stack) error.stack = withSourceLines(error.stack);
    });
  });
  if (failures > 0) throw new Error(`${failures} host tests failed.`);
}
