import type * as vscode from "vscode";
import type { Jobs } from "./jobs.ts";
import type { ModelFinder } from "./models/finder.ts";
import type { ParetoPanel } from "./panel/paretoPanel.ts";
import type { Reporter } from "./reporter.ts";
import type { RunStore } from "./runs/store.ts";
import type { Exclusions } from "./views/layers/exclusions.ts";
import type { ModelInView } from "./views/layers/state.ts";
import type { LayersTree } from "./views/layers/tree.ts";
import type { RunsTree } from "./views/runs/tree.ts";

/** The parts of the extension that commands work with; also what `activate` answers, for tests. */
export interface Services {
  readonly memory: vscode.Memento;
  readonly reporter: Reporter;
  readonly finder: ModelFinder;
  readonly store: RunStore;
  readonly jobs: Jobs;
  readonly inView: ModelInView;
  readonly exclusions: Exclusions;
  readonly layers: LayersTree;
  readonly runs: RunsTree;
  readonly panel: ParetoPanel;
}
