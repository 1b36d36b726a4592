// Runs in VS Code's extension host, as its test runner would: times the activation of the extension.
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { extensions } from "vscode";

/** VS Code's own start is over then; an extension that is activated by use does not take part in it. */
const settledMs = 3000;

/**
 * Loads and activates the extension, and writes the time in ms to the file that SECATEUR_RESULT names.
 * @throws when the extension is not there, or active before anyone used it
 */
export async function run(): Promise<void> {
  const extension = extensions.getExtension("secateur.secateur");
  if (!extension) throw new Error("The extension is not installed.");
  if (extension.isActive) throw new Error("The extension was active before it was used.");
  await pause(settledMs);
  const start = performance.now();
  await extension.activate();
  writeFileSync(process.env.SECATEUR_RESULT as string, JSON.stringify(performance.now() - start));
}
