import { stat } from "node:fs/promises";
import * as vscode from "vscode";
import type { Inspection } from "../../../pruning/metrics/inspection.ts";
import type { Inspector } from "../../child/inspector.ts";
import { Owner } from "../../disposable.ts";

/** What the Layers view shows. */
export type InView =
  | { readonly kind: "nothing" }
  | { readonly kind: "loading"; readonly model: string; readonly title: string }
  | { readonly kind: "shown"; readonly model: string; readonly title: string; readonly inspection: Inspection }
  | { readonly kind: "failed"; readonly model: string; readonly title: string; readonly error: unknown };

/** Who looks into models. */
export type ModelSource = Pick<Inspector, "inspect" | "filters" | "kernel" | "close">;

/** Inspections kept, so that going back and forth between trials is instant. */
const mostKept = 12;

/** Which model is in view, and what is known of it. The last asked for wins; inspections it overtakes are stopped. */
export class ModelInView extends Owner {
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #asked = this.own(new vscode.EventEmitter<void>());
  /** A model was asked for; what is in view changes next. */
  readonly onWillShow = this.#asked.event;
  readonly #source: ModelSource;
  readonly #kept = new Map<string, Inspection>();
  #current: InView = { kind: "nothing" };
  #going: AbortController | undefined;
  #showing: Promise<void> = Promise.resolve();

  constructor(source: ModelSource) {
    super();
    this.#source = source;
    this.own({ dispose: () => this.#going?.abort() });
  }

  get current(): InView {
    return this.#current;
  }

  /**
   * Brings a model into view.
   * @throws SecateurError when it cannot be inspected; the view then shows that too
   */
  show(model: string, title: string): Promise<void> {
    this.#asked.fire();
    const { kind, ...asked } = this.#current;
    if (kind !== "loading" || !("model" in asked) || asked.model !== model) this.#showing = this.#show(model, title);
    return this.#showing;
  }

  async #show(model: string, title: string): Promise<void> {
    this.#going?.abort();
    const going = new AbortController();
    this.#going = going;
    try {
      const key = await keyOf(model);
      const known = this.#kept.get(key);
      if (!known) this.#set({ kind: "loading", model, title });
      const inspection = known ?? (await this.#source.inspect({ model }, going.signal));
      this.#keep(key, inspection);
      if (this.#going === going) this.#set({ kind: "shown", model, title, inspection });
    } catch (error) {
      if (this.#going !== going) return;
      this.#set({ kind: "failed", model, title, error });
      throw error;
    }
  }

  /** Inspects the model in view again, whatever is remembered. */
  async refresh(): Promise<void> {
    this.#kept.clear();
    this.#source.close();
    if (this.#current.kind !== "nothing") await this.show(this.#current.model, this.#current.title);
  }

  #set(current: InView): void {
    this.#current = current;
    this.#changed.fire();
  }

  #keep(key: string, inspection: Inspection): void {
    this.#kept.delete(key);
    this.#kept.set(key, inspection);
    for (const oldest of [...this.#kept.keys()].slice(0, -mostKept)) this.#kept.delete(oldest);
  }
}

/** Path and time of change; the path alone for a file that cannot be looked at, which the inspection will say. */
async function keyOf(model: string): Promise<string> {
  try {
    return `${model} ${(await stat(model)).mtimeMs}`;
  } catch {
    return model;
  }
}
