import type { Disposable } from "vscode";

/** Owns what it registers and disposes it, last first, exactly once. */
export abstract class Owner implements Disposable {
  readonly #owned: Disposable[] = [];

  protected own<T extends Disposable>(disposable: T): T {
    this.#owned.push(disposable);
    return disposable;
  }

  dispose(): void {
    for (const each of this.#owned.splice(0).reverse()) each.dispose();
  }
}
