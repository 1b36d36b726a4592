import type { BackendName } from "../../src/pruning/engine/engine.ts";
import { type Changed, changesIn } from "./changes.ts";

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

/** The usual settings, or what SECATEUR_GREEDY says instead: `{"only": "cifar10-resnet20", "images": 100}`. */
export function greedySettings(): GreedySettings & Pick<Changed<GreedySettings>, "only" | "isUsual"> {
  const { changes, ...rest } = changesIn<GreedySettings>("SECATEUR_GREEDY");
  return { ...usual, ...changes, ...rest };
}
