import assert from "node:assert/strict";
import * as fc from "fast-check";
import { countSelected, selectBelow, selectSmallest } from "../../../src/pruning/methods/select.ts";

/** The same by sorting: all scores with their position, smallest first, NaN last. */
function bySorting(scores: readonly Float32Array[], count: number): number[][] {
  const all = scores.flatMap((array, a) => [...array].map((score, i) => ({ score, a, i })));
  const rank = (score: number) => (Number.isNaN(score) ? [1, 0] : [0, score]);
  const order = all
    .map((_, position) => position)
    .sort((x, y) => {
      const [[nanX, valueX], [nanY, valueY]] = [rank(all[x]?.score ?? 0), rank(all[y]?.score ?? 0)] as [
        number[],
        number[],
      ];
      if (nanX !== nanY) return (nanX as number) - (nanY as number);
      if (valueX !== valueY) return (valueX as number) < (valueY as number) ? -1 : 1;
      return x - y;
    });
  const masks = scores.map((array) => Array(array.length).fill(0));
  for (const position of order.slice(0, count)) {
    const { a, i } = all[position] as { a: number; i: number };
    (masks[a] as number[])[i] = 1;
  }
  return masks;
}

/** Magnitudes with many ties, zeros, subnormals, neighbours in the last bit, infinities and NaN. */
const magnitude = fc.oneof(
  fc.constantFrom(0, 1, 1 + 2 ** -23, 2 ** -149, 2 ** -148, 65535 * 2 ** -149, Number.POSITIVE_INFINITY, Number.NaN),
  fc.integer({ min: 0, max: 3 }),
  fc.float({ min: 0 }),
);
const arrays = fc.array(
  fc.array(magnitude, { maxLength: 30 }).map((values) => Float32Array.from(values)),
  { maxLength: 4 },
);

const asLists = (masks: readonly Uint8Array[]): number[][] => masks.map((mask) => [...mask]);
const lengthOf = (scores: readonly Float32Array[]): number => scores.reduce((sum, { length }) => sum + length, 0);

describe("selecting the smallest scores", () => {
  it("gives what sorting gives, ties by position, for any count", () => {
    fc.assert(
      fc.property(arrays, fc.double({ min: 0, max: 1, noNaN: true }), (scores, share) => {
        const count = Math.round(share * lengthOf(scores));
        assert.deepEqual(asLists(selectSmallest(scores, count)), bySorting(scores, count));
      }),
      { numRuns: 500 },
    );
  });

  it("selects none and all", () => {
    fc.assert(
      fc.property(arrays, (scores) => {
        assert.deepEqual(asLists(selectSmallest(scores, 0)), bySorting(scores, 0));
        assert.deepEqual(asLists(selectSmallest(scores, lengthOf(scores))), bySorting(scores, lengthOf(scores)));
      }),
    );
  });

  it("selects exactly the count among equal scores, the first ones, over array ends", () => {
    const same = [new Float32Array(3).fill(0.5), new Float32Array(0), new Float32Array(4).fill(0.5)];
    assert.deepEqual(asLists(selectSmallest(same, 5)), [[1, 1, 1], [], [1, 1, 0, 0]]);
  });

  it("takes a NaN with its sign set, and minus zero, for what their magnitudes are", () => {
    const scores = new Float32Array(4);
    const bits = new Uint32Array(scores.buffer);
    bits.set([0xffc00000, 0x7f800000, 0x80000000, 0x3f800000]);
    assert.deepEqual(asLists(selectSmallest([scores], 1)), [[0, 0, 1, 0]]);
    assert.deepEqual(asLists(selectSmallest([scores], 3)), [[0, 1, 1, 1]]);
    assert.deepEqual(asLists(selectSmallest([scores], 4)), [[1, 1, 1, 1]]);
  });

  it("compares magnitudes, whatever the signs", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 30 }), fc.nat(30), (values, limit) => {
        const count = Math.min(limit, values.length);
        const signed = Float32Array.from(values);
        assert.deepEqual(asLists(selectSmallest([signed], count)), bySorting([signed.map(Math.abs)], count));
      }),
    );
  });

  it("reads arrays that begin inside a buffer", () => {
    const buffer = Float32Array.of(9, 3, 1, 2).buffer;
    assert.deepEqual(asLists(selectSmallest([new Float32Array(buffer, 4)], 2)), [[0, 1, 1]]);
  });

  it("gives the same for a million random scores as sorting, and the same again", () => {
    const scores = Float32Array.from({ length: 1_000_000 }, (_, i) => Math.abs(Math.sin(i * 12.9898) * 43758.5453) % 1);
    const [mask] = selectSmallest([scores], 600_000) as [Uint8Array];
    assert.equal(countSelected(mask), 600_000);
    const threshold = Float32Array.from(scores).sort()[599_999] as number;
    for (const [i, score] of scores.entries()) {
      if (score !== threshold && (mask[i] === 1) !== score < threshold) assert.fail(`element ${i}`);
    }
    assert.deepEqual(selectSmallest([scores], 600_000)[0], mask);
  });
});

describe("selecting below a threshold", () => {
  it("is strict, and never selects NaN", () => {
    const scores = Float32Array.of(0, 0.5, 0.25, 0.75, Number.NaN, Number.POSITIVE_INFINITY);
    assert.deepEqual([...selectBelow(scores, 0.5)], [1, 0, 1, 0, 0, 0]);
    assert.deepEqual([...selectBelow(scores, 0)], [0, 0, 0, 0, 0, 0]);
    assert.deepEqual([...selectBelow(Float32Array.of(-0.5, -0.25, -0), 0.5)], [0, 1, 1]);
    // 0.1 rounded to float32 lies above 0.1.
    assert.deepEqual([...selectBelow(Float32Array.of(0.1), 0.1)], [0]);
    assert.deepEqual([...selectBelow(Float32Array.of(0.1), Math.fround(0.1) + 1e-12)], [1]);
  });
});
