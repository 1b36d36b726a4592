import * as vscode from "vscode";
import { Owner } from "./disposable.ts";
import { commands } from "./ids.ts";
import type { Jobs } from "./jobs.ts";

/** Says in the status bar how far a run is, while there is one; a click shows the chart. */
export class StatusBar extends Owner {
  readonly #item = this.own(vscode.window.createStatusBarItem("secateur.run", vscode.StatusBarAlignment.Left));
  readonly #jobs: Jobs;

  constructor(jobs: Jobs) {
    super();
    this.#jobs = jobs;
    this.#item.name = "Secateur Runs";
    this.#item.command = commands.showPareto;
    this.own(jobs.onDidChange(() => this.#update()));
  }

  #update(): void {
    const [going, ...waiting] = this.#jobs.jobs;
    if (!going) {
      this.#item.hide();
      return;
    }
    const percent = `${Math.floor(going.fraction * 100)} %`;
    const queue = waiting.length > 0 ? `, ${waiting.length} waiting` : "";
    this.#item.text = `$(loading~spin) Pruning ${percent}${queue}`;
    this.#item.tooltip = `Secateur prunes ${going.title}${queue}. Click to see the chart.`;
    this.#item.accessibilityInformation = { label: `Secateur prunes ${going.title}, ${percent} done${queue}` };
    this.#item.show();
  }
}
