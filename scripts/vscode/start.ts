// `npm start`: the sample workspace with the extension, in the desktop VS Code or else in the browser.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectRoot } from "../../test/support/corpus.ts";
import { samples } from "../../test/support/samples.ts";
import { ensureVsCodeKit } from "./kit.ts";
import { startServer } from "./server.ts";

/** Opens the desktop VS Code, if there is one and a display to show it on. @returns whether it did */
export async function startDesktop(): Promise<boolean> {
  const code = desktopCode();
  if (!code) return false;
  const shell = process.platform === "win32";
  const args = [`--extensionDevelopmentPath=${projectRoot}`, samples].map((each) => (shell ? `"${each}"` : each));
  const status = await new Promise((resolve) => {
    const child = spawn(shell ? `"${code}"` : code, args, { stdio: "inherit", shell });
    child.on("error", () => resolve(1));
    child.on("exit", resolve);
  });
  if (status === 0) console.log("VS Code opens samples/ with Secateur in it: right-click mnist-cnn/model.json.");
  return status === 0;
}

/** Serves VS Code on 127.0.0.1, prints its address and goes on until interrupted. @throws {KitError} */
export async function serve(): Promise<void> {
  const home = join(projectRoot, ".vscode-test", "start");
  const server = await startServer({
    kit: await ensureVsCodeKit(),
    workspace: samples,
    extension: projectRoot,
    dataDir: home,
    logFile: join(home, "server.log"),
    port: "8740-8759", // The same one each time, if it is free, so that the browser finds its window as it was left.
    trust: true,
  });
  console.log(`VS Code with Secateur is at\n\n  ${server.url}\n\nOpen that in a browser; Ctrl+C here ends it.`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await server.stop();
}

function desktopCode(): string | undefined {
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined; // A remote terminal's `code` takes no extension to develop.
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  const name = process.platform === "win32" ? "code.cmd" : "code";
  const folders = (process.env.PATH ?? "").split(delimiter);
  if (process.platform === "darwin") folders.push("/Applications/Visual Studio Code.app/Contents/Resources/app/bin");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
