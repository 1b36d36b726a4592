import * as vscode from "vscode";
import { Owner } from "../../disposable.ts";

const key = "excludedLayers";

/** By the path of a model.json, the names of layers. */
type Excluded = Readonly<Record<string, readonly string[]>>;

/** The layers that a person leaves out of pruning, by model; remembered with the workspace. */
export class Exclusions extends Owner {
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    super();
    this.#memory = memory;
  }

  /** Names of layers, in the order in which they were left out. */
  of(model: string): readonly string[] {
    return this.#memory.get<Excluded>(key, {})[model] ?? [];
  }

  /** Leaves layers out of pruning, or takes them in again. */
  async set(model: string, layers: readonly { readonly name: string; readonly excluded: boolean }[]): Promise<void> {
    const names = new Set(this.of(model));
    for (const { name, excluded } of layers) {
      if (excluded) names.add(name);
      else names.delete(name);
    }
    const { [model]: _, ...others } = this.#memory.get<Excluded>(key, {});
    await this.#memory.update(key, names.size === 0 ? others : { ...others, [model]: [...names] });
    this.#changed.fire();
  }
}
