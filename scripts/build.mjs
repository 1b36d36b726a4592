// `npm run build`: set up if need be, check types, bundle into dist/.
import { spawnSync } from "node:child_process";
import { ensureInstalled, root } from "./setup.mjs";

ensureInstalled();
for (const command of [["node_modules/typescript/bin/tsc"], ["esbuild.mjs", ...process.argv.slice(2)]]) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
