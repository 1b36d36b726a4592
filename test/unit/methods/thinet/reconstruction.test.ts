import assert from "node:assert/strict";
import fc from "fast-check";
import type { Contributions } from "../../../../src/pruning/criteria/evidence.ts";
import { factorsFor } from "../../../../src/pruning/methods/thinet/leastSquares.ts";
import { reconstruct } from "../../../../src/pruning/methods/thinet/reconstruction.ts";

const contributionsOf = (columns: readonly (readonly number[])[]): Contributions => {
  const rows = columns[0]?.length ?? 0;
  const values = Float32Array.from(columns.flat());
  const sums = Array.from({ length: rows }, (_, i) => columns.reduce((sum, column) => sum + (column[i] as number), 0));
  return {
    rows,
    read: new Uint8Array(columns.length).fill(1),
    values,
    energy: sums.reduce((sum, y) => sum + y * y, 0),
  };
};

const places = (count: number) => new Set(Array(count).keys());

/** Multiples of 1/8, which single floats hold exactly. */
const number = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);
const table = (channels: number, rows: number) =>
  fc.array(fc.array(number, { minLength: rows, maxLength: rows }), { minLength: channels, maxLength: channels });

/** ‖Σ_{j∈T} x_j‖², from scratch. */
const missing = (columns: readonly (readonly number[])[], gone: readonly number[]): number =>
  (columns[0] ?? []).reduce((sum, _, i) => sum + gone.reduce((s, j) => s + (columns[j]?.[i] as number), 0) ** 2, 0);

describe("ThiNet: which channels go", () => {
  it("each is the one that adds least to what is missing, by trying all", () => {
    fc.assert(
      fc.property(table(6, 5), fc.integer({ min: 1, max: 5 }), (columns, count) => {
        const { removed, error } = reconstruct(contributionsOf(columns), places(6), count);
        const gone: number[] = [];
        for (const next of removed) {
          const left = [...Array(6).keys()].filter((j) => !gone.includes(j));
          const least = Math.min(...left.map((j) => missing(columns, [...gone, j])));
          assert.ok(missing(columns, [...gone, next]) <= least + 1e-6, `${next} after ${gone}`);
          gone.push(next);
        }
        assert.equal(gone.length, count);
        const energy = missing(columns, [...Array(6).keys()]);
        if (energy > 0) assert.ok(Math.abs(error - missing(columns, gone) / energy) < 1e-9 * (1 + error));
      }),
    );
  });

  it("finds the best pair where one makes good what the other costs, which scores of single channels cannot", () => {
    const columns = [
      [5, -5, 5, 5],
      [1, 1, -1, 1],
      [-5, 5, -5, -5],
      [2, 1, 2, 2],
    ];
    // The least alone is 1; of all pairs, 0 and 2 take each other away.
    assert.deepEqual(reconstruct(contributionsOf(columns), places(4), 1).removed, [1]);
    assert.deepEqual(reconstruct(contributionsOf(columns), new Set([0, 2]), 2).error, 0);
  });

  it("leaves those that may not go", () => {
    const columns = [[0.125], [1], [2], [3]];
    assert.deepEqual(reconstruct(contributionsOf(columns), new Set([1, 3]), 2).removed, [1, 3]);
  });
});

describe("ThiNet: how the others make up for it", () => {
  it("wholly, where what goes is a combination of them", () => {
    const a = [1, -2, 3, 0.5, 2, -1];
    const b = [2, 1, -1, 1.5, 0, 1];
    const c = [-1, 0.5, 1, 2, -2, 3];
    const d = a.map((value, i) => 0.125 * value - 0.25 * (b[i] as number));
    const { removed, factors, error, rescaledError } = reconstruct(contributionsOf([a, b, c, d]), places(4), 1);
    assert.deepEqual(removed, [3]);
    assert.ok(error > 1e-3 && rescaledError < 1e-20, `${error}, ${rescaledError}`);
    for (const [place, factor] of [1.125, 0.75, 1, 1].entries()) {
      assert.ok(Math.abs((factors[place] as number) - factor) < 1e-9, `${factors}`);
    }
  });

  it("as no other factors do: what is left over is at right angles to each row, whatever the rank", () => {
    fc.assert(
      fc.property(
        table(4, 7),
        fc.array(number, { minLength: 7, maxLength: 7 }),
        fc.constantFrom("as they are", "one repeated", "one zero", "too many"),
        (drawn, target, kind) => {
          const [first = []] = drawn;
          const rows = {
            "as they are": drawn,
            "one repeated": [...drawn, first],
            "one zero": [...drawn, first.map(() => 0)],
            "too many": [...drawn, ...drawn.map((row) => row.toReversed()), target],
          }[kind];
          const factors = factorsFor(
            rows.map((row) => Float32Array.from(row)),
            Float64Array.from(target),
          );
          const left = target.map(
            (y, i) => y - rows.reduce((s, row, j) => s + (factors[j] as number) * (row[i] as number), 0),
          );
          for (const row of rows) {
            const overlap = row.reduce((sum, x, i) => sum + x * (left[i] as number), 0);
            const size = Math.hypot(...row) * (1 + Math.hypot(...target) + Math.hypot(...rows.flat()));
            assert.ok(Math.abs(overlap) <= 1e-4 * (1 + size), `${overlap} of ${size}`);
          }
          if (kind === "one zero") assert.equal(factors.at(-1), 1);
          if (kind === "one repeated") {
            assert.ok(Math.abs((factors[0] as number) - (factors.at(-1) as number)) < 1e-6, `${factors}`);
          }
        },
      ),
    );
  });

  it("not at all, where nothing was sampled or nothing goes", () => {
    assert.deepEqual([...factorsFor([new Float32Array(0)], new Float64Array(0))], [1]);
    const { removed, factors, error } = reconstruct(
      contributionsOf([
        [1, 2],
        [3, 1],
      ]),
      places(2),
      0,
    );
    assert.deepEqual([removed, [...factors], error], [[], [1, 1], 0]);
  });
});
