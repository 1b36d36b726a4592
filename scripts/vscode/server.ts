// The VS Code server: the same workbench and extension host as the desktop, shown by a browser.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { KitError } from "./cache.ts";
import type { VsCodeKit } from "./kit.ts";

/** How to start a server. Paths are absolute. */
export interface ServerOptions {
  kit: VsCodeKit;
  /** The folder to open. */
  workspace: string;
  /** The extension's folder. */
  extension: string;
  /** A module that exports `run()`, which the extension host calls, as @vscode/test-electron has it. */
  tests?: string;
  /** Settings, extensions and other state of this VS Code; made if it is not there. */
  dataDir: string;
  /** Where the server's own log goes. */
  logFile: string;
  /** A port, or a range such as "8440-8459" to take the first free one of; any free one by default. */
  port?: string;
  /** Whether every folder counts as trusted; with false a new one opens in Restricted Mode. */
  trust: boolean;
  /** User settings besides the quiet ones. */
  settings?: Record<string, unknown>;
  /** Environment variables for the extension host, besides this process's. */
  env?: Record<string, string>;
}

/** A running server. */
export interface Server {
  /** The address that opens the workspace with the extension. */
  url: string;
  stop(): Promise<void>;
}

/** Nothing that greets, asks, phones home or moves by itself. */
const quietSettings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

const tokenFile = (dataDir: string): string => join(dataDir, "token");

/** Writes the user settings, which the server reads when it starts: the quiet ones and over them the given ones. */
async function writeSettings({ dataDir, settings }: ServerOptions): Promise<void> {
  const folder = join(dataDir, "data", "User");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

/** Starts a VS Code server on 127.0.0.1 and waits until it answers. It ends with this process. @throws {KitError} */
export async function startServer(options: ServerOptions): Promise<Server> {
  await writeSettings(options);
  if (!options.tests) await linkExtension(options);
  await mkdir(dirname(options.logFile), { recursive: true });
  const token = randomUUID(); // Without one, any page in the user's own browser could reach the server.
  await writeFile(tokenFile(options.dataDir), token, { mode: 0o600 });
  const child = launch(options);
  const stop = stopper(child);
  try {
    const port = await boundPort(child, options.logFile);
    return { url: workbenchUrl(port, token, options), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Installs the extension as a link to its folder. Under tests it comes by the workbench's address instead, which
 * needs the smoke test driver; that driver hides notifications, so a person and the UI tests do without it.
 */
async function linkExtension({ extension, dataDir }: ServerOptions): Promise<void> {
  const { publisher, name, version } = JSON.parse(await readFile(join(extension, "package.json"), "utf8"));
  const installed = join(dataDir, "extensions");
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed);
  await symlink(extension, join(installed, `${publisher}.${name}-${version}`), "junction");
}

function launch({ kit, dataDir, logFile, port, trust, tests, env }: ServerOptions): ChildProcess {
  const tied = join(dirname(fileURLToPath(import.meta.url)), "tied.mjs");
  const args = [
    ...["--host", "127.0.0.1", "--port", port ?? "0", "--connection-token-file", tokenFile(dataDir)],
    ...["--server-data-dir", dataDir, "--accept-server-license-terms", "--telemetry-level", "off"],
    ...(tests ? ["--enable-smoke-test-driver"] : []),
    ...(trust ? ["--disable-workspace-trust"] : []),
  ];
  const child = spawn(kit.node, [tied, kit.server, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32", // So that it leads a process group.
    env: { ...process.env, ...env },
  });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.on("close", () => log.end());
  return child;
}

/** The port the server says it is bound to, or why there is none. */
function boundPort(child: ChildProcess, logFile: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = async (what: string) => {
      clearTimeout(limit);
      const said = await readFile(logFile, "utf8").catch(() => "");
      const last = said.trim().split("\n").at(-1) ?? "";
      reject(new KitError(`The VS Code server ${what}; its log is ${logFile}${last && ` and ends with "${last}"`}.`));
    };
    const limit = setTimeout(() => fail("did not answer within a minute"), 60_000);
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      const port = /Extension host agent listening on (\d+)|bound to 127\.0\.0\.1:(\d+)/.exec(output);
      if (!port) return;
      clearTimeout(limit);
      resolve(Number(port[1] ?? port[2]));
    });
    child.on("error", (error) => fail(`could not be started (${error.message})`));
    child.on("exit", (code, signal) => fail(`ended with ${signal ?? `status ${code}`}`));
  });
}

/** Ends the server in good order, or after five seconds without, and whatever it has forked and left behind. */
function stopper(child: ChildProcess): () => Promise<void> {
  const ended = new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
    child.on("error", () => resolve());
  });
  return async () => {
    child.kill();
    const limit = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(limit);
    try {
      if (child.pid && process.platform !== "win32") process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nothing was left behind.
    }
  };
}

function workbenchUrl(port: number, token: string, { workspace, extension, tests }: ServerOptions): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  url.searchParams.set("tkn", token);
  url.searchParams.set("folder", decodeURIComponent(pathToFileURL(workspace).pathname));
  if (tests) {
    const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${pathToFileURL(path).pathname}`;
    const payload = [
      ["extensionDevelopmentPath", remote(extension)],
      ["extensionTestsPath", remote(tests)],
    ];
    url.searchParams.set("payload", JSON.stringify(payload));
  }
  return url.href;
}
