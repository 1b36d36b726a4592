import { batchesOf, feedBatch } from "../../data/feed.ts";
import type { Ablation, Held } from "../../engine/ablation/contract.ts";
import type { Jury } from "./contest.ts";

/** Bytes of activations that are held on the backend at a time. */
const budget = 256 * 1024 * 1024;

/** Images on which candidates are compared before some of them are given up: more would be tried in vain. */
const usualBatch = 32;

/** Shares of the budget: of a batch, so that several fit; it grows by sums once channels are tried on it. */
const portion = 1 / 8;

/** Batches of images that channels are tried on, in a fixed order. Dispose them. */
export interface HeldBatches {
  /** Which images each batch judges by: indices into the jury's. */
  readonly batches: readonly Uint32Array[];
  /** A batch on the backend. A model of a fixed batch size is given more rows than there are images, at the end. */
  at(index: number): Promise<Held>;
  dispose(): void;
}

/**
 * Cuts images into batches that keep within a budget of memory, and holds them when they are first asked for; the one
 * that was not asked for the longest makes room for others.
 */
export async function heldBatches(ablation: Ablation, jury: Jury, examples: Uint32Array): Promise<HeldBatches> {
  const { feed } = jury;
  const { batchSize } = feed.fit;
  const hold = (some: Uint32Array): Promise<Held> => {
    const { values, shape } = feedBatch(feed, some);
    return ablation.hold(values, shape);
  };
  const size = batchSize ?? sizeWithin(portion * budget, await hold(examples.subarray(0, 1)));
  const cut = batchesOf(examples, size, batchSize !== null);
  const held = new Map<number, Held>();
  const makeRoom = () => {
    let bytes = [...held.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [index, each] of held) {
      if (bytes <= budget || held.size === 1) return;
      bytes -= each.bytes;
      each.dispose();
      held.delete(index);
    }
  };
  return {
    batches: cut.map(({ from, some }) => some.subarray(0, Math.min(some.length, examples.length - from))),
    async at(index) {
      const known = held.get(index) ?? (await hold(cut[index]?.some ?? new Uint32Array()));
      held.delete(index);
      held.set(index, known);
      makeRoom();
      return known;
    },
    dispose() {
      for (const each of held.values()) each.dispose();
      held.clear();
    },
  };
}

/** How many images fit, by what one of them takes. */
function sizeWithin(bytes: number, one: Held): number {
  const size = Math.floor(bytes / Math.max(1, one.bytes));
  one.dispose();
  return Math.min(usualBatch, Math.max(1, size));
}
