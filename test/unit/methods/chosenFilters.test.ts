import assert from "node:assert/strict";
import * as fc from "fast-check";
import { countFilters, formatFilters, lockedError, parseFilters } from "../../../src/pruning/methods/chosenFilters.ts";
import { filtersSpec } from "../../../src/pruning/methods/filtersSpec.ts";

const parsed = (text: string) => Object.fromEntries(parseFilters(text));

describe("methods/chosenFilters", () => {
  it("reads layers and their filters, single ones and ranges, each once and ascending", () => {
    assert.deepEqual(parsed("conv2d: 0 3 7-9; dense: 5"), { conv2d: [0, 3, 7, 8, 9], dense: [5] });
    assert.deepEqual(parsed("  a :9 3  3-4 ; a: 1;"), { a: [1, 3, 4, 9] });
  });

  it("reads layers whose names hold what separates others", () => {
    assert.deepEqual(parsed("outer/conv:0: 1; b;c: 2 3; d e: 4"), { "outer/conv:0": [1], "b;c": [2, 3], "d e": [4] });
  });

  it("refuses what names no filters, saying what would", () => {
    for (const text of ["", " ; ", "conv", "conv:", "conv: x", "conv: 3-1", "conv: 1; dense", "conv: 1.5", ": 3"]) {
      assert.throws(() => parseFilters(text), /names no filters to remove; write layers and their filters/, text);
      assert.match(filtersSpec.problem({ remove: text }) ?? "", /names no filters to remove/);
    }
    assert.equal(filtersSpec.problem({ remove: "conv: 1" }), undefined);
    assert.throws(() => parseFilters("conv: 0-99999999"), /names no filters/);
  });

  it("reads back what it writes", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_/.]{0,8}$/);
    const indices = fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.dictionary(name, indices, { minKeys: 1, maxKeys: 4 }), (chosen) => {
        const map = new Map(Object.entries(chosen));
        assert.deepEqual(parseFilters(formatFilters(map)), map);
      }),
    );
    assert.equal(formatFilters(new Map([["a", [0, 1, 2, 5]]])), "a: 0-2 5");
  });

  it("counts them in a trial's name", () => {
    assert.equal(filtersSpec.label({ remove: "conv2d: 0 3 7; dense: 5" }), "without 3 filters of conv2d, 1 of dense");
    assert.equal(countFilters(new Map([["conv2d", [4]]])), "1 filter of conv2d");
  });

  it("says in one sentence why some may not go", () => {
    assert.equal(
      lockedError("out", [0, 1, 4], 'Layer "out" gives these channels out: the model answers with them.').message,
      'Filters 0-1, 4 of "out" cannot be removed, because layer "out" gives these channels out: the model answers with them; choose others.',
    );
  });
});
