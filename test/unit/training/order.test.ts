import assert from "node:assert/strict";
import { shuffled } from "../../../src/pruning/training/order.ts";

const orderOf = (count: number, seed: number, epoch: number): string => shuffled(count, seed, epoch).join();

describe("the order of an epoch", () => {
  it("is a permutation", () => {
    for (const count of [1, 2, 3, 100, 1001]) {
      const sorted = [...shuffled(count, 5, 7)].sort((a, b) => a - b);
      assert.deepEqual(sorted, [...Array(count).keys()]);
    }
  });

  it("is the same for the same seed and epoch, and another for every other pair of them", () => {
    assert.equal(orderOf(30, 3, 4), orderOf(30, 3, 4));
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) for (let epoch = 0; epoch < 40; epoch++) seen.add(orderOf(30, seed, epoch));
    assert.equal(seen.size, 1600);
  });

  it("puts every example at every place as often, whatever the seed", () => {
    const count = 12;
    const epochs = 3000;
    for (const seed of [0, 1, 2, 1_000_000_007]) {
      const seen = new Float64Array(count * count);
      let kept = 0;
      let before = new Uint32Array(count);
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = shuffled(count, seed, epoch);
        order.forEach((example, place) => {
          seen[place * count + example] = (seen[place * count + example] as number) + 1;
          kept += Number(before[place] === example);
        });
        before = new Uint32Array(order);
      }
      const expected = epochs / count;
      const chiSquare = seen.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
      // 121 degrees of freedom: mean 121, standard deviation 15.6; five of them.
      assert.ok(chiSquare > 43 && chiSquare < 199, `seed ${seed}: ${chiSquare}`);
      // From one epoch to the next, one example keeps its place on average; the deviation of this mean is 0.018.
      assert.ok(Math.abs(kept / epochs - 1) < 0.1, `seed ${seed}: ${kept / epochs} keep their place`);
    }
  });
});
