import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { PanelRun } from "../../protocol/panel.ts";
import { titleOf } from "../../pruning/recipe/title.ts";
import { runsFolderName } from "../../pruning/runs/folder.ts";
import type { Run, Trial } from "../../pruning/runs/run.ts";
import { debounced } from "../debounce.ts";
import { Owner } from "../disposable.ts";
import { contextKeys } from "../ids.ts";
import { assignColours, trialsOf } from "./order.ts";
import { type RunsOnDisk, RunsReader, type UnreadableRun } from "./reader.ts";

/** A trial and the run it is of. */
export interface PlacedTrial {
  readonly run: PanelRun;
  readonly trial: Trial;
}

/**
 * The runs of the workspace and which trial is selected, shared by tree, chart and layers. The folders on disk are
 * the truth; this is a view of them that keeps itself fresh.
 */
export class RunStore extends Owner {
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  /** Runs, or what is selected, changed. */
  readonly onDidChange = this.#changed.event;
  readonly #selection = this.own(new vscode.EventEmitter<PlacedTrial>());
  /** A trial was selected, perhaps the same again. */
  readonly onDidSelect = this.#selection.event;

  readonly #reader = new RunsReader();
  readonly #soon = this.own(debounced(() => void this.refresh(), 100, 500));
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #memory: vscode.Memento;
  readonly #onUnreadable: (reason: unknown) => void;
  #runs: readonly PanelRun[] = [];
  #onDisk: RunsOnDisk = { runs: [], unreadable: [] };
  #selected: string | undefined;
  #reading: Promise<void> = Promise.resolve();

  /** @param onUnreadable told once of every run folder that does not read back, and why */
  constructor(memory: vscode.Memento, onUnreadable: (reason: unknown) => void) {
    super();
    this.#memory = memory;
    this.#onUnreadable = onUnreadable;
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#soon.call()));
    this.own({ dispose: () => vscode.Disposable.from(...this.#watchers.values()).dispose() });
  }

  /** All runs, oldest first. */
  get runs(): readonly PanelRun[] {
    return this.#runs;
  }

  get unreadable(): readonly UnreadableRun[] {
    return this.#onDisk.unreadable;
  }

  /** Id of the selected trial, while there is such a trial. */
  get selected(): string | undefined {
    return this.#selected;
  }

  run(id: string): PanelRun | undefined {
    return this.#runs.find((run) => run.id === id);
  }

  trial(id: string): PlacedTrial | undefined {
    for (const run of this.#runs) {
      const trial = trialsOf(run).find((each) => each.id === id);
      if (trial) return { run, trial };
    }
    return undefined;
  }

  select(trialId: string): void {
    const found = this.trial(trialId);
    if (!found) return;
    this.#selected = trialId;
    this.#selection.fire(found);
    this.#changed.fire();
  }

  /** Says that something on disk changed; several such calls make one reading. */
  touch(): void {
    this.#soon.call();
  }

  /** Reads again what changed on disk, and resolves when everybody has been told, if there is anything to tell. */
  refresh(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  /** Also looks for runs in a folder outside the workspace, from now on and in later sessions. */
  async watchAlso(runsFolder: string): Promise<void> {
    const extra = new Set(this.#memory.get<string[]>("runsFolders", []));
    if (this.#runsFolders().includes(runsFolder)) return;
    await this.#memory.update("runsFolders", [...extra.add(runsFolder)]);
    this.#watch();
  }

  #runsFolders(): string[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const own = folders
      .filter((folder) => folder.uri.scheme === "file")
      .map((each) => join(each.uri.fsPath, runsFolderName));
    return [...new Set([...own, ...this.#memory.get<string[]>("runsFolders", [])])];
  }

  /** Watches the folder above `.secateur`, so that its coming and going is seen too. */
  #watch(): void {
    for (const runsFolder of this.#runsFolders()) {
      if (this.#watchers.has(runsFolder)) continue;
      const above = dirname(dirname(runsFolder));
      const pattern = new vscode.RelativePattern(vscode.Uri.file(above), "{.secateur,.secateur/**}");
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const touch = () => this.#soon.call();
      watcher.onDidCreate(touch);
      watcher.onDidChange(touch);
      watcher.onDidDelete(touch);
      this.#watchers.set(runsFolder, watcher);
    }
  }

  async #read(): Promise<void> {
    this.#watch();
    const onDisk = await this.#reader.read(this.#runsFolders());
    if (onDisk === this.#onDisk) return;
    for (const unreadable of onDisk.unreadable)
      if (!this.unreadable.includes(unreadable)) this.#onUnreadable(unreadable.reason);
    this.#onDisk = onDisk;
    this.#runs = await this.#dress(onDisk.runs);
    if (this.#selected !== undefined && !this.trial(this.#selected)) this.#selected = undefined;
    await vscode.commands.executeCommand("setContext", contextKeys.hasRuns, this.#runs.length > 0);
    this.#changed.fire();
  }

  /** Sorts the runs, oldest first, and gives each the colour it has for life. */
  async #dress(runs: readonly Run[]): Promise<PanelRun[]> {
    const inOrder = runs.toSorted((a, b) => a.started.localeCompare(b.started) || a.id.localeCompare(b.id));
    const before = this.#memory.get<Record<string, number>>("colours", {});
    const colours = assignColours(before, inOrder);
    if (colours !== before) await this.#memory.update("colours", colours);
    return inOrder.map((run) => ({ ...run, colour: colours[run.id] ?? 0, modelName: titleOf(run.model) }));
  }
}
