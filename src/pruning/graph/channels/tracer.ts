import type { ChannelIds } from "./channels.ts";

/** Channels that one layer makes together, and whose axis must therefore never be emptied. */
export interface Batch {
  /** The layer, and what of it where it makes several. */
  readonly name: string;
  readonly ids: ChannelIds;
}

/**
 * Channels as symbols while a network is traced: made by layers, tied to each other one by one (union-find), and
 * locked with a reason. Nothing is ever untied: every rule may be coarser than it needs to be, none finer.
 */
export class Tracer {
  /** The layer being traced: names what it makes, and begins its reasons. */
  layer = "";
  readonly batches: Batch[] = [];
  readonly #parents: number[] = [];
  readonly #locks: { readonly id: number; readonly reason: string }[] = [];

  /** New channels, made by the layer. @param part of the layer, where it makes several kinds */
  fresh(count: number, part?: string): ChannelIds {
    const first = this.#parents.length;
    const ids = Int32Array.from({ length: count }, (_, i) => first + i);
    for (const id of ids) this.#parents.push(id);
    this.batches.push({ name: part === undefined ? this.layer : `${this.layer}/${part}`, ids });
    return ids;
  }

  /** Channels that no layer makes and nobody can remove. */
  fixed(count: number, reason: string): ChannelIds {
    const ids = this.fresh(count, "input");
    this.lock(ids, reason);
    return ids;
  }

  /** Ties channels to each other, index by index. Both of one length. */
  tie(a: ChannelIds, b: ChannelIds): void {
    for (let i = 0; i < a.length; i++) {
      const [low, high] = [this.rootOf(a[i] as number), this.rootOf(b[i] as number)].sort((x, y) => x - y);
      this.#parents[high as number] = low as number;
    }
  }

  /** @param reason why none of them may be removed: a sentence */
  lock(ids: ChannelIds, reason: string): void {
    for (const id of ids) this.#locks.push({ id, reason });
  }

  /** What all channels tied to each other have in common: the smallest of their ids. */
  rootOf(id: number): number {
    let root = id;
    while (this.#parents[root] !== root) root = this.#parents[root] as number;
    for (let each = id; each !== root; ) {
      const parent = this.#parents[each] as number;
      this.#parents[each] = root;
      each = parent;
    }
    return root;
  }

  /** Why channels are locked, by root; the last reason given, which is the one nearest to the outputs. */
  locks(): ReadonlyMap<number, string> {
    const reasons = new Map<number, string>();
    for (const { id, reason } of this.#locks) {
      reasons.set(this.rootOf(id), reason);
    }
    return reasons;
  }

  /** How many ids there are. */
  get size(): number {
    return this.#parents.length;
  }
}
