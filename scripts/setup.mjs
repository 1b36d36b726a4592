// What a fresh clone needs before anything else can run: the packages of the lock file. Plain Node, no imports
// from node_modules, so that `npm run demo` and `npm test` work on a machine that has Node alone.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `npm ci` unless node_modules is already younger than the lock file. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Secateur needs Node 20.19 or newer; this is ${process.version}. Get one from https://nodejs.org.`);
    process.exit(1);
  }
  const stamp = join(root, "node_modules", ".package-lock.json");
  const lock = join(root, "package-lock.json");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error("Installing packages (npm ci) …");
  npm("ci", "--no-audit", "--no-fund", "--loglevel=error");
}

/** Runs npm with its output on standard error; on Windows npm is a .cmd file, which needs a shell. */
export function npm(...args) {
  execFileSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
}

/** Builds dist/ through `npm run build`'s own steps; says why and ends where that fails. */
export function build() {
  const script = join(root, "scripts", "build.mjs");
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  console.error("The build failed: the reason stands above.");
  process.exit(1);
}
