import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A generator for one place of a training run: the same seed and place give the same numbers, in whatever order. */
export function randomAt(seed: number, ...place: readonly number[]) {
  return xoroshiro128plus(place.reduce((hash, part) => scrambled(hash ^ part), scrambled(seed)));
}

/** MurmurHash3's finaliser: each bit moves every other, so that neighbouring seeds and places share no numbers. */
function scrambled(bits: number): number {
  let hash = bits + 0x9e3779b9;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * The order of an epoch: a Fisher-Yates shuffle that depends on seed and epoch alone, so that a resumed run goes on
 * with the same batches.
 */
export function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const random = randomAt(seed, epoch);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    const other = order[j] as number;
    order[j] = order[i] as number;
    order[i] = other;
  }
  return order;
}
