import assert from "node:assert/strict";
import fc from "fast-check";
import { binCount, compared, spreadOf } from "../../../../src/pruning/methods/sss/spread.ts";
import type { Candidates } from "../../../../src/pruning/methods/sss/structures.ts";

const candidatesOf = (...counts: number[]): Candidates => ({
  count: counts.reduce((sum, each) => sum + each, 0),
  axes: [],
  left: [],
  groups: counts.map((count, i) => ({
    name: `g${i}`,
    layers: [`l${i}`],
    first: counts.slice(0, i).reduce((sum, each) => sum + each, 0),
    count,
  })),
});

const standing = (...values: number[]) => ({
  step: 3,
  values: Float32Array.from(values),
  history: Float32Array.from(values),
});
const settings = { by: "factors", gamma: 0.1, steps: 9 } as const;

describe("how factors are spread", () => {
  it("counts what is exactly zero apart, and all others in bins of one width", () => {
    const { top, groups, step, steps } = spreadOf(standing(0, 1e-9, 0.05, 0.051, 1), candidatesOf(3, 2), settings);
    assert.deepEqual([top, step, steps], [1, 3, 9]);
    const bins = (filled: Readonly<Record<number, number>>) =>
      Array.from({ length: binCount }, (_, bin) => filled[bin] ?? 0);
    assert.deepEqual(groups, [
      { name: "g0", layers: ["l0"], count: 3, zero: 1, bins: bins({ 0: 2 }) },
      { name: "g1", layers: ["l1"], count: 2, zero: 0, bins: bins({ 1: 1, 19: 1 }) },
    ]);
  });

  it("counts each once, whatever they are, below a whole tenth that none exceeds", () => {
    const factors = fc.array(fc.oneof(fc.constant(0), fc.float({ min: 0, max: 40, noNaN: true })), { minLength: 1 });
    fc.assert(
      fc.property(factors, (values) => {
        const { top, groups } = spreadOf(standing(...values), candidatesOf(values.length), settings);
        const [{ zero, bins } = { zero: 0, bins: [] }] = groups;
        assert.equal(zero, values.filter((value) => value === 0).length);
        assert.equal(
          bins.reduce((sum, each) => sum + each, zero),
          values.length,
        );
        assert.ok(top >= 1 && top >= Math.max(...values) - 1e-4 && Math.abs(top * 10 - Math.round(top * 10)) < 1e-6);
      }),
    );
  });

  it("compares norms with the largest of their group, and factors with nothing", () => {
    const given = standing(2, 4, 0, 0, 0.5);
    const candidates = candidatesOf(3, 1, 1);
    assert.deepEqual([...compared(given, candidates, "norms").values], [0.5, 1, 0, 0, 1]);
    assert.deepEqual([...compared(given, candidates, "norms").history], [0.5, 1, 0, 0, 1]);
    assert.equal(compared(given, candidates, "factors"), given);
    assert.deepEqual([...given.values], [2, 4, 0, 0, 0.5]);
  });
});
