import assert from "node:assert/strict";
import fc from "fast-check";
import { readSparsities } from "../../../../src/extension/wizard/sparsities.ts";

describe("extension/wizard/sparsities", () => {
  const readings: readonly (readonly [string, readonly number[]])[] = [
    ["30, 60, 90", [0.3, 0.6, 0.9]],
    ["90 60 30", [0.3, 0.6, 0.9]],
    ["7%;  12.5 %", [0.07, 0.125]],
    ["0.3, .6", [0.3, 0.6]],
    ["0.5%", [0.005]],
    ["60, 0.6, 60%", [0.6]],
    ["0", [0]],
    ["", []],
  ];
  for (const [typed, shares] of readings) it(`reads “${typed}”`, () => assert.deepEqual(readSparsities(typed), shares));

  it("refuses what leaves nothing, and what is no number, saying what to write", () => {
    assert.throws(() => readSparsities("50, 100"), /100 is too much/);
    assert.throws(() => readSparsities("250%"), /too much/);
    assert.throws(() => readSparsities("50, lots"), /“lots” is no number/);
    assert.throws(() => readSparsities("-5"), /no number/);
    assert.throws(() => readSparsities("1e1"), /no number/);
  });

  it("gives every whole per cent back as that hundredth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (percent) => {
        assert.deepEqual(readSparsities(`${percent}`), [Number(`0.${String(percent).padStart(2, "0")}`)]);
      }),
    );
  });
});
