// `npm run bench`: set up, build, then every benchmark of bench/, or those named: `npm run bench -- prune inspect`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureSampleData } from "./sampleData.mjs";
import { build, ensureInstalled, root } from "./setup.mjs";

const all = ["prune", "inspect", "extension", "accuracy", "training", "fineTune", "sss", "greedy", "choice", "hybrid"];
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${all.join(", ")}.`);
  process.exit(2);
}

ensureInstalled();
build();
await ensureSampleData();
for (const name of named.length > 0 ? named : all) {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", join("bench", `${name}.ts`)], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
