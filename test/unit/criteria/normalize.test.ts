import assert from "node:assert/strict";
import * as fc from "fast-check";
import { normalizations, normalize } from "../../../src/pruning/criteria/normalize.ts";

const normalized = (scores: readonly number[], how: (typeof normalizations)[number]) => [
  ...normalize(Float64Array.from(scores), how),
];

describe("normalize", () => {
  it("by hand", () => {
    assert.deepEqual(normalized([1, 3], "none"), [1, 3]);
    assert.deepEqual(normalized([1, 3], "mean"), [0.5, 1.5]);
    assert.deepEqual(normalized([1, 4], "max"), [0.25, 1]);
    // 1/(1+9+4), 9/9, 4/(9+4): each square over those not smaller.
    assert.deepEqual(
      normalized([1, 3, 2], "lamp").map((score) => score.toFixed(12)),
      [1 / 14, 1, 4 / 13].map((score) => score.toFixed(12)),
    );
    assert.deepEqual(normalized([2, 2], "lamp"), [0.5, 1], "of equals, the first counts as the lesser");
    assert.deepEqual(normalized([-1, 0, 1], "lamp"), [0, 1 / 5, 1]);
    for (const how of normalizations) assert.deepEqual(normalized([0, 0], how), [0, 0]);
  });

  it("leaves out what has no score", () => {
    assert.deepEqual(normalized([Number.NaN, 1, 3], "mean"), [Number.NaN, 0.5, 1.5]);
    assert.deepEqual(normalized([Number.NaN, 1, 4], "max"), [Number.NaN, 0.25, 1]);
    assert.deepEqual(normalized([Number.NaN, 2], "lamp"), [Number.NaN, 1]);
    for (const how of normalizations) assert.deepEqual(normalized([Number.NaN], how), [Number.NaN]);
    for (const how of normalizations) assert.deepEqual(normalized([], how), []);
  });

  it("keeps the order within a group, and does not depend on the scale of one that is positive", () => {
    const scores = fc.array(fc.double({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 1, maxLength: 8 });
    const rank = (values: readonly number[]) =>
      [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
    fc.assert(
      fc.property(scores, fc.constantFrom(...normalizations), (values, how) => {
        // Multiples of 1/8, so that squares of neighbours do not round to the same.
        const coarse = values.map((value) => Math.round(value * 8) / 8);
        assert.deepEqual(rank(normalized(coarse, how)), rank(coarse));
        if (how === "none") return;
        const positive = coarse.map(Math.abs);
        const [small, large] = [
          normalized(positive, how),
          normalized(
            positive.map((value) => value * 1024),
            how,
          ),
        ];
        for (const [i, value] of small.entries()) assert.ok(Math.abs(value - (large[i] as number)) <= 1e-12 * value);
      }),
    );
  });
});
