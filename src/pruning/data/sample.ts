import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * Some of the integers below `from`, each at most once, in random order: the first steps of a Fisher-Yates shuffle. All
 * of them where there are fewer. The same seed draws the same ones.
 */
export function drawSample(from: number, count: number, seed: number): Uint32Array {
  const random = xoroshiro128plus(seed);
  const order = Uint32Array.from({ length: from }, (_, i) => i);
  const drawn = Math.min(count, from);
  for (let i = 0; i < drawn; i++) {
    const j = uniformInt(random, i, from - 1);
    const other = order[j] as number;
    order[j] = order[i] as number;
    order[i] = other;
  }
  return order.subarray(0, drawn);
}
