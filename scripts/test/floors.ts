// The floors of `npm test`, in order, and what they add up to.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../../test/support/corpus.ts";
import type { Summary } from "../../test/support/reporter.ts";
import { ensureChromium } from "../vscode/chromium.ts";
import { ensureNode, ensureVsCodeKit } from "../vscode/kit.ts";
import { runHostFloor } from "./host.ts";
import { runMocha } from "./mocha.ts";

type Counts = Pick<Summary, "passed" | "failed" | "skipped">;

const results = (...path: string[]): string => join(projectRoot, "test-results", ...path);

/** The unit tests run on both ends of what Secateur supports: the oldest Node, and the one inside VS Code. */
const otherNode = process.versions.node.startsWith("24.") ? 20 : 24;

/** The floors by name. Each prints its own output and throws one sentence where it cannot run. */
const floors: Record<string, (grep?: string) => Promise<Counts>> = {
  async lint() {
    const biome = join(projectRoot, "node_modules", "@biomejs", "biome", "bin", "biome");
    execFileSync(process.execPath, [biome, "check", "--error-on-warnings"], { cwd: projectRoot, stdio: "inherit" });
    return { passed: 0, failed: 0, skipped: 0 };
  },
  unit: (grep) => runUnit(process.execPath, "unit.json", grep),
  async [`unit-node${otherNode}`](grep) {
    const node = await ensureNode(otherNode).catch((error) => {
      console.log(`Skipped: ${error.message}`); // Not every platform has the other Node.
    });
    return node ? runUnit(node, `unit-node${otherNode}.json`, grep) : { passed: 0, failed: 0, skipped: 1 };
  },
  host: (grep) => runHostFloor(results("host"), grep),
  async ui(grep) {
    await Promise.all([ensureVsCodeKit(), ensureChromium()]);
    const summary = results("ui", "summary.json");
    return runMocha({ node: process.execPath, files: "test/ui/**/*.test.ts", timeoutMs: 120_000, summary, grep });
  },
};

async function runUnit(node: string, summary: string, grep?: string): Promise<Counts> {
  if (process.platform === "linux") {
    // Its SwiftShader stands in for a graphics card. The ui floor says why, where there is none to be had.
    await ensureChromium().catch(() => undefined);
  }
  return runMocha({ node, files: "test/unit/**/*.test.ts", timeoutMs: 60_000, summary: results(summary), grep });
}

/** The names of the floors, in the order they run. */
export const floorNames: readonly string[] = Object.keys(floors);

/** Runs the named floors and adds up their tests; a floor that could not run counts as one failure. */
export async function runFloors(names: readonly string[], grep?: string): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    const started = Date.now();
    console.log(`\n── ${name} ${name === "unit" ? `(Node ${process.versions.node})` : ""}`.trimEnd());
    try {
      const counts = await floors[name]?.(grep);
      if (!counts) throw new Error(`There is no floor "${name}"; the floors are ${floorNames.join(", ")}.`);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    } catch (error) {
      total.failed++;
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
    console.log(`── ${name} took ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
  return total;
}
