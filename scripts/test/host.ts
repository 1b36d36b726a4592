// The host floor: the extension's tests inside a real VS Code, the desktop's or the server's.
import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTests, TestRunFailedError } from "@vscode/test-electron";
import { build } from "esbuild";
import { projectRoot } from "../../test/support/corpus.ts";
import type { Summary } from "../../test/support/reporter.ts";
import { freshWorkspace } from "../../test/support/workspace.ts";
import { ensureChromium } from "../vscode/chromium.ts";
import { ensureVsCodeKit } from "../vscode/kit.ts";
import { readSummary } from "./summary.ts";

const source = join(projectRoot, "test", "host");
const built = join(projectRoot, ".vscode-test", "host");

/** A desktop VS Code needs a display and a download that not every Linux machine has: there it is asked for. */
const onDesktop = process.platform !== "linux" || process.env.SECATEUR_DESKTOP === "1";

/**
 * Runs test/host in VS Code and prints mocha's output as it comes.
 * @param grep runs only the tests with this in their titles
 * @param results the folder for the summary and the logs
 * @throws where VS Code could not be had or did not get as far as a summary
 */
export async function runHostFloor(results: string, grep?: string): Promise<Summary> {
  if (!onDesktop) await Promise.all([ensureVsCodeKit(), ensureChromium()]);
  await buildTests();
  await rm(results, { recursive: true, force: true });
  const workspace = await freshWorkspace();
  const profile = await mkdtemp(join(tmpdir(), "sec-")); // Short: macOS limits the length of a socket's path.
  const output = follow(join(results, "output.txt"));
  try {
    await runTests({
      ...(onDesktop ? {} : { vscodeExecutablePath: join(projectRoot, "scripts", "vscode", "code.mjs") }),
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: join(built, "index.cjs"),
      launchArgs: [workspace.folder, `--user-data-dir=${profile}`, `--extensions-dir=${join(profile, "extensions")}`],
      extensionTestsEnv: {
        SECATEUR_RESULTS: results,
        SECATEUR_COLOR: process.stdout.isTTY ? "1" : "0",
        SECATEUR_GREP: grep,
      },
    }).catch((error) => {
      if (!(error instanceof TestRunFailedError)) throw error; // Failed tests are in the summary.
    });
  } finally {
    await output.stop();
    await workspace.remove();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  return readSummary(join(results, "summary.json"));
}

/** Bundles each test as CommonJS, which every VS Code this extension supports can load as tests. */
async function buildTests(): Promise<void> {
  await rm(built, { recursive: true, force: true });
  const names = await readdir(source, { recursive: true });
  await build({
    entryPoints: [
      join(source, "index.ts"),
      ...names.filter((name) => name.endsWith(".test.ts")).map((name) => join(source, name)),
    ],
    outdir: built,
    outbase: source,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode", "mocha"],
    sourcemap: "inline",
    define: { "import.meta.url": "importMetaUrl" }, // Which CommonJS lacks.
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    logLevel: "warning",
  });
}

/** Copies a growing file to standard output until stopped. */
function follow(file: string): { stop(): Promise<void> } {
  let position = 0;
  const copy = async () => {
    if (!existsSync(file)) return;
    const handle = await open(file);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc((await handle.stat()).size - position),
      position,
    });
    await handle.close();
    position += bytesRead;
    process.stdout.write(buffer.subarray(0, bytesRead));
  };
  let copying = Promise.resolve();
  const timer = setInterval(() => {
    copying = copying.then(copy);
  }, 200);
  return {
    async stop() {
      clearInterval(timer);
      await copying.then(copy);
    },
  };
}
