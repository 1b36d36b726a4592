import * as vscode from "vscode";
import { debounced } from "../debounce.ts";
import { Owner } from "../disposable.ts";
import { contextKeys } from "../ids.ts";
import { isModelFile } from "./sniff.ts";

/** Folders whose models are not the user's own: packages, and the trials of runs, which the Runs view shows. */
const passedBy = ["node_modules", ".git", ".secateur", ".vscode-test"];

/** Beyond this many JSON files in a workspace the rest are known by name only. */
const mostFiles = 5_000;

/**
 * Knows which JSON files of the workspace are TensorFlow.js models. Looks only after the extension has been put
 * to use, and tells `when` clauses through the context key `secateur.models`.
 */
export class ModelFinder extends Owner {
  readonly #models = new Set<string>();
  readonly #changed = this.own(debounced(() => this.#publish(), 200, 1_000));
  #scan: Promise<void> | undefined;

  /** The models of the workspace, sorted by path. The first call looks for them. */
  async models(): Promise<vscode.Uri[]> {
    this.#scan ??= this.#scanWorkspace();
    await this.#scan;
    return [...this.#models].sort().map((path) => vscode.Uri.file(path));
  }

  /** Whether a file is known to be a model. */
  knows(path: string): boolean {
    return this.#models.has(path);
  }

  async #scanWorkspace(): Promise<void> {
    const watcher = this.own(vscode.workspace.createFileSystemWatcher("**/*.json"));
    this.own(watcher.onDidCreate((uri) => this.#look(uri)));
    this.own(watcher.onDidChange((uri) => this.#look(uri)));
    this.own(watcher.onDidDelete((uri) => this.#forget(uri)));
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#lookEverywhere()));
    await this.#lookEverywhere();
  }

  async #lookEverywhere(): Promise<void> {
    const files = await vscode.workspace.findFiles("**/*.json", `**/{${passedBy}}/**`, mostFiles);
    for (let start = 0; start < files.length; start += 32)
      await Promise.all(files.slice(start, start + 32).map((uri) => this.#look(uri)));
    await this.#publish();
  }

  async #look(uri: vscode.Uri): Promise<void> {
    if (uri.scheme !== "file" || uri.path.split("/").some((part) => passedBy.includes(part))) return;
    const is = await isModelFile(uri.fsPath);
    if (is === this.#models.has(uri.fsPath)) return;
    if (is) this.#models.add(uri.fsPath);
    else this.#models.delete(uri.fsPath);
    this.#changed.call();
  }

  #forget(uri: vscode.Uri): void {
    if (this.#models.delete(uri.fsPath)) this.#changed.call();
  }

  async #publish(): Promise<void> {
    await vscode.commands.executeCommand("setContext", contextKeys.models, [...this.#models]);
    await vscode.commands.executeCommand("setContext", contextKeys.scanned, true);
  }
}
