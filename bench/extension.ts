// What the extension costs its host: the size of its bundle and of the package people download, and the time it
// takes to activate in a real VS Code.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { timing } from "./support/time.ts";

const repeats = 5;

/** As in `npm test`: elsewhere VS Code is downloaded and needs a display. */
const onDesktop = process.platform !== "linux" || process.env.SECATEUR_DESKTOP === "1";

await withScratch(async (scratch) => {
  const bundle = (await stat(join(projectRoot, "dist", "extension.js"))).size;
  const vsix = await packageSize(join(scratch, "secateur.vsix"));
  const activation = timing("activate", await activationTimes(scratch));
  await publish("extension", { activationMs: activation, bundleBytes: bundle, vsixBytes: vsix });
});

async function packageSize(path: string): Promise<number> {
  const vsce = join(projectRoot, "node_modules", "@vscode", "vsce", "vsce");
  const options = ["package", "--no-dependencies", "--out", path];
  execFileSync(process.execPath, [vsce, ...options], { cwd: projectRoot, stdio: ["ignore", "ignore", "inherit"] });
  return (await stat(path)).size;
}

/** One VS Code per time: an extension activates once in a process's life. */
async function activationTimes(scratch: string): Promise<number[]> {
  const probe = join(scratch, "activate.cjs");
  await build({
    entryPoints: [join(projectRoot, "bench", "support", "activate.ts")],
    outfile: probe,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    logLevel: "warning",
  });
  const workspace = join(scratch, "workspace");
  await mkdir(workspace);
  await writeFile(join(workspace, "notes.txt"), "");
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const result = join(scratch, `activation-${i}.json`);
    const profile = join(scratch, `p${i}`);
    await runTests({
      ...(onDesktop ? {} : { vscodeExecutablePath: join(projectRoot, "scripts", "vscode", "code.mjs") }),
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: probe,
      launchArgs: [workspace, `--user-data-dir=${profile}`, `--extensions-dir=${join(profile, "extensions")}`],
      extensionTestsEnv: { SECATEUR_RESULT: result },
    });
    times.push(JSON.parse(await readFile(result, "utf8")));
  }
  return times;
}
