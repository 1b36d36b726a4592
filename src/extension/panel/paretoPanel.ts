import { randomBytes } from "node:crypto";
import * as v from "valibot";
import * as vscode from "vscode";
import { type FromPanel, fromPanelSchema, type PanelState } from "../../protocol/panel.ts";
import { Owner } from "../disposable.ts";
import { commands, panels } from "../ids.ts";
import type { RunStore } from "../runs/store.ts";
import { panelHtml } from "./html.ts";

/**
 * The Pareto chart: one panel, which shows whole snapshots of the run store and passes on what a person does there.
 * The page keeps no data, so that a hidden, moved or revived panel is right as soon as it says it is ready.
 */
export class ParetoPanel extends Owner implements vscode.WebviewPanelSerializer {
  readonly #store: RunStore;
  readonly #log: vscode.LogOutputChannel;
  readonly #assets: vscode.Uri;
  readonly #icon: vscode.Uri;
  #panel: vscode.WebviewPanel | undefined;
  #ready = false;
  /** The trial that was last selected on the page itself. */
  #selectedThere: string | undefined;

  constructor(extension: vscode.Uri, store: RunStore, log: vscode.LogOutputChannel) {
    super();
    this.#store = store;
    this.#log = log;
    this.#assets = vscode.Uri.joinPath(extension, "dist", "webview");
    this.#icon = vscode.Uri.joinPath(extension, "media", "chart.svg");
    this.own(store.onDidChange(() => this.#send()));
    this.own(vscode.window.registerWebviewPanelSerializer(panels.pareto, this));
    this.own({ dispose: () => this.#panel?.dispose() });
  }

  /** Whether the panel exists, in sight or not. */
  get isOpen(): boolean {
    return this.#panel !== undefined;
  }

  get isVisible(): boolean {
    return this.#panel?.visible ?? false;
  }

  /** Brings the chart into sight, without taking the keyboard from where it is if so asked. */
  show(preserveFocus = false): void {
    if (this.#panel) this.#panel.reveal(undefined, preserveFocus);
    else {
      const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
      this.#adopt(vscode.window.createWebviewPanel(panels.pareto, "Pareto Chart", place));
    }
  }

  /** Takes over the panel of a window that was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel?.dispose();
    this.#adopt(panel);
    await this.#store.refresh();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    this.#ready = false;
    panel.iconPath = this.#icon;
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.#assets] };
    panel.webview.onDidReceiveMessage((message) => this.#receive(message));
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    panel.webview.html = panelHtml({
      nonce: randomBytes(24).toString("base64url"),
      cspSource: panel.webview.cspSource,
      scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(this.#assets, "panel.js")).toString(),
      styleUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(this.#assets, "panel.css")).toString(),
    });
  }

  #receive(raw: unknown): void {
    const message = v.safeParse(fromPanelSchema, raw);
    if (message.success) void this.#act(message.output);
    else this.#log.warn("The Pareto page sent a message that is not understood.", JSON.stringify(raw));
  }

  async #act(message: FromPanel): Promise<void> {
    switch (message.type) {
      case "ready":
        this.#ready = true;
        return this.#send();
      case "select":
        return this.#select(message.trial);
      case "openModel":
      case "revealModel":
      case "inspectModel":
        this.#select(message.trial);
        await vscode.commands.executeCommand(commands[message.type], message.trial);
    }
  }

  #select(trial: string): void {
    this.#selectedThere = trial;
    this.#store.select(trial);
  }

  #send(): void {
    if (!this.#panel || !this.#ready) return;
    const { runs, selected } = this.#store;
    // What was selected there is not sent back: by now the person may be further.
    const wish = selected !== undefined && selected !== this.#selectedThere;
    const state: PanelState = { type: "state", runs, ...(wish && { selected }) };
    void this.#panel.webview.postMessage(state);
  }
}
