import assert from "node:assert/strict";
import fc from "fast-check";
import type { LabelledSplit, Split } from "../../../src/pruning/data/dataset.ts";
import { holdOut, take } from "../../../src/pruning/data/split.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";

/** Examples of two bytes that tell their own number. */
function numbered(count: number): LabelledSplit {
  return {
    count,
    images: Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 0xaa)),
    labels: Uint8Array.from({ length: count }, (_, i) => 255 - i),
  };
}

function numbersOf(split: Split): number[] {
  assert.equal(split.images.length, 2 * split.count);
  const { labels = [] } = split;
  assert.equal(labels.length, split.count);
  return [...labels].map((label, i) => {
    assert.equal(split.images[2 * i], 255 - label, "image and label stay together");
    assert.equal(split.images[2 * i + 1], 0xaa);
    return 255 - label;
  });
}

describe("holdOut", () => {
  it("puts every example in exactly one part, in order, the same for the same seed", () => {
    const cases = fc
      .integer({ min: 2, max: 200 })
      .chain((count) => fc.tuple(fc.constant(count), fc.integer({ min: 1, max: count - 1 }), fc.integer()));
    fc.assert(
      fc.property(cases, ([count, size, seed]) => {
        const { train, validation } = holdOut(numbered(count), size, seed);
        assert.equal(validation.count, size);
        const all = [...numbersOf(train), ...numbersOf(validation)].sort((a, b) => a - b);
        assert.deepEqual(all, [...Array(count).keys()]);
        for (const part of [train, validation])
          assert.deepEqual(
            numbersOf(part),
            numbersOf(part).sort((a, b) => a - b),
          );
        assert.deepEqual(holdOut(numbered(count), size, seed).validation, validation);
      }),
    );
  });

  it("draws other examples for another seed, each equally often", () => {
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      for (const n of numbersOf(holdOut(numbered(20), 0.25, seed).validation)) counts[n] = (counts[n] ?? 0) + 1;
    }
    // Binomial(2000, 1/4): mean 500, standard deviation 19.4; five of them.
    for (const count of counts) assert.ok(Math.abs(count - 500) < 97, `${counts}`);
  });

  it("refuses to leave a part empty", () => {
    for (const size of [0, 0.001, 0.999, 10, 11, Number.NaN]) {
      assert.throws(
        () => holdOut(numbered(10), size, 1),
        (error) => SecateurError.is(error, "bad-data"),
      );
    }
  });
});

describe("take", () => {
  it("gives the first examples without copying", () => {
    const split = numbered(10);
    const first = take(split, 3);
    assert.deepEqual(numbersOf(first), [0, 1, 2]);
    assert.equal(first.images.buffer, split.images.buffer);
    assert.equal(take(split, 10), split);
    assert.equal(take(split, 1000), split);
  });
});
