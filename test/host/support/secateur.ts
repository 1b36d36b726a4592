import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Extension, extensions, workspace } from "vscode";
import type { Services } from "../../../src/extension/services.ts";

/** The extension under test, as VS Code sees it. */
export function secateur(): Extension<Services> {
  const extension = extensions.getExtension<Services>("secateur.secateur");
  assert.ok(extension, "the extension is not installed");
  return extension;
}

const reported: string[] = [];
let listening = false;

/** The parts of the running extension. */
export async function services(): Promise<Services> {
  const parts = await secateur().activate();
  if (!listening) parts.reporter.onDidReport((sentence) => reported.push(sentence));
  listening = true;
  return parts;
}

/** The workspace's folder: a copy of the samples. */
export function workspaceFolder(): string {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder, "no folder is open");
  return folder.uri.fsPath;
}

/** The sample model and the data beside it. */
export const sampleModel = (): string => join(workspaceFolder(), "mnist-cnn", "model.json");
export const sampleData = (): string => join(workspaceFolder(), "data", "mnist");

/** A new folder in the workspace. */
export const newFolder = (): string => mkdtempSync(join(workspaceFolder(), "test-"));

/** Waits until something holds; fails, saying what did not come, and what the extension reported meanwhile. */
export async function until<T>(what: string, find: () => T | undefined | false, limitMs = 20_000): Promise<T> {
  const end = Date.now() + limitMs;
  const before = reported.length;
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    assert.ok(
      Date.now() < end,
      [`${what} did not come within ${limitMs / 1000} s`, ...reported.slice(before)].join("; "),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The sentences of errors and warnings that the extension shows while `act` goes on. */
export async function reportsOf(act: () => PromiseLike<unknown>): Promise<string[]> {
  const { reporter } = await services();
  const sentences: string[] = [];
  const listening = reporter.onDidReport((sentence) => sentences.push(sentence));
  try {
    await act();
    return sentences;
  } finally {
    listening.dispose();
  }
}
