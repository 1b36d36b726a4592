import type { BackendSettings, Engine } from "../engine/engine.ts";
import type { JobEvents } from "./events.ts";
import type { Recipe } from "./schema.ts";

/** A recipe's backend, opened when first asked for and then shared. Dispose it. */
export interface LazyEngine {
  /** @throws SecateurError `backend` */
  open(): Promise<Engine>;
  /** Gives the backend back, if it was ever opened. */
  dispose(): Promise<void>;
}

export interface LazyEngineOptions extends BackendSettings {
  readonly events: Pick<JobEvents, "log">;
}

/** Nothing is loaded until somebody opens it: pruning alone never needs TensorFlow.js. */
export function lazyEngine(
  { backend = "auto" }: Pick<Recipe, "backend">,
  { tfjsNodeFolders, webgpuFolders, threads, events }: LazyEngineOptions,
): LazyEngine {
  let opened: Promise<Engine> | undefined;
  const open = async () => {
    const { openEngine } = await import("../engine/open.ts");
    return openEngine({
      backend,
      tfjsNodeFolders,
      webgpuFolders,
      threads,
      log: (message) => events.log("info", message),
    });
  };
  return {
    open() {
      opened ??= open();
      return opened;
    },
    async dispose() {
      // Whoever opened it has been told where that failed.
      const engine = await opened?.catch(() => undefined);
      engine?.dispose();
    },
  };
}
