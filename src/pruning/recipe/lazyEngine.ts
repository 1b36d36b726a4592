import type { BackendSettings, Engine, Workload } from "../engine/engine.ts";
import { backendText, choiceText } from "../runs/backendText.ts";
import type { JobEvents } from "./events.ts";
import type { Recipe } from "./schema.ts";

/** A recipe's backend, opened when first asked for and then shared. Dispose it. */
export interface LazyEngine {
  /**
   * @param workload what `auto` is to choose by, where this is the first to ask and much is to be done
   * @throws SecateurError `backend`
   */
  open(workload?: Workload): Promise<Engine>;
  /** Gives the backend back, if it was ever opened. */
  dispose(): Promise<void>;
}

export interface LazyEngineOptions extends BackendSettings {
  readonly signal?: AbortSignal;
  readonly events: Pick<JobEvents, "log">;
}

/** Nothing is loaded until somebody opens it: pruning alone never needs TensorFlow.js. */
export function lazyEngine(
  { backend = "auto" }: Pick<Recipe, "backend">,
  { tfjsNodeFolders, webgpuFolders, threads, signal, events }: LazyEngineOptions,
): LazyEngine {
  let opened: Promise<Engine> | undefined;
  const open = async (workload: Workload | undefined) => {
    const { openEngine } = await import("../engine/open.ts");
    const log = (message: string) => events.log("info", message);
    const settings = { tfjsNodeFolders, webgpuFolders, threads };
    const engine = await openEngine({ backend, ...settings, workload, signal, log });
    const chosenBy = choiceText(engine.backend);
    log(`TensorFlow.js runs on ${backendText(engine.backend)}${chosenBy ? `, chosen by ${chosenBy}` : ""}.`);
    return engine;
  };
  return {
    open(workload) {
      opened ??= open(workload);
      return opened;
    },
    async dispose() {
      // Whoever opened it has been told where that failed.
      const engine = await opened?.catch(() => undefined);
      engine?.dispose();
    },
  };
}
