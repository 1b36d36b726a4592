// Mocha's spec output, and beside it what the floors of `npm test` add up.
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { format } from "node:util";
import Mocha from "mocha";
import { skipReason } from "./skip.ts";

/** What one floor's mocha run came to. */
export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  failures: { title: string; error: string }[];
}

/**
 * Prints as mocha's "spec" does, then lists the skipped tests with their reasons. Options: `summary`, the JSON
 * file for the {@link Summary}; `output`, a file that takes what would be printed.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { summary: summaryFile, output } = options.reporterOptions ?? {};
    if (output) {
      mkdirSync(dirname(output), { recursive: true });
      Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(output, `${format(...args)}\n`);
    }
    const summary: Summary = { passed: 0, failed: 0, skipped: 0, failures: [] };
    const skipped: string[] = [];
    runner.on("pass", () => summary.passed++);
    runner.on("pending", (test) => {
      summary.skipped++;
      skipped.push(`${test.fullTitle()}: ${skipReason(test)}`);
    });
    runner.on("fail", (test, error) => {
      summary.failed++;
      summary.failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
    runner.once("end", () => {
      if (skipped.length > 0) Mocha.reporters.Base.consoleLog(`  Skipped:\n    ${skipped.join("\n    ")}\n`);
      if (!summaryFile) return;
      mkdirSync(dirname(summaryFile), { recursive: true });
      writeFileSync(summaryFile, JSON.stringify(summary, null, 2));
    });
  }
}
