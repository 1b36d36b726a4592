import { feedBatch } from "../../data/feed.ts";
import type { Ablation, Held } from "../../engine/ablation/contract.ts";
import type { Jury } from "./contest.ts";

/** Bytes of activations that are held on the backend at a time; a batch that is alone may take more. */
const budget = 256 * 1024 * 1024;

/** Batches of images that channels are tried on, in a fixed order. Dispose them. */
export interface HeldBatches {
  at(index: number): Promise<Held>;
  dispose(): void;
}

/** Holds batches when they are first asked for; the one that was not for the longest time makes room for others. */
export function heldBatches(ablation: Ablation, { feed }: Jury, batches: readonly Uint32Array[]): HeldBatches {
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
    async at(index) {
      const known = held.get(index);
      if (known) {
        held.delete(index);
        held.set(index, known);
        return known;
      }
      const { values, shape } = feedBatch(feed, batches[index] ?? new Uint32Array());
      const made = await ablation.hold(values, shape);
      held.set(index, made);
      makeRoom();
      return made;
    },
    dispose() {
      for (const each of held.values()) each.dispose();
      held.clear();
    },
  };
}
