import type { BackendName } from "../../src/pruning/engine/engine.ts";

/** How much of the greedy benchmark is done. */
export interface GreedySettings {
  /** Images that judge. */
  readonly images: number;
  /** Filters that are removed, one after the other. */
  readonly removals: number;
  /** Where the plain loop takes too long: how many candidates it is timed on. */
  readonly sample: number;
  /** Whether it is to try all of them all the same. */
  readonly isWhole: boolean;
  readonly backend: BackendName;
  /** Images of the search whose memory is measured. */
  readonly memoryImages: number;
}

const usual: GreedySettings = {
  ...{ images: 1000, removals: 4, sample: 16, isWhole: false },
  backend: "wasm",
  memoryImages: 10_000,
};

/** What SECATEUR_GREEDY says instead, of all networks or of one: `{"only": "cifar10-resnet20", "images": 100}`. */
type Changes = Partial<GreedySettings> & { readonly only?: string };

/** The settings, the only network they are for where there is one, and whether these are the usual ones. */
export function greedySettings(): GreedySettings & { readonly only: string | undefined; readonly isUsual: boolean } {
  const { only, ...changes } = JSON.parse(process.env.SECATEUR_GREEDY ?? "{}") as Changes;
  return { ...usual, ...changes, only, isUsual: Object.keys(changes).length === 0 };
}
