// `npm run build`: set up if need be, check types, bundle into dist/.
import { execFileSync } from "node:child_process";
import { ensureInstalled, root } from "./setup.mjs";

ensureInstalled();
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc"], { cwd: root, stdio: "inherit" });
execFileSync(process.execPath, ["esbuild.mjs", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
