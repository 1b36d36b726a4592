import assert from "node:assert/strict";
import * as fc from "fast-check";
import { activation, apoz } from "../../../src/pruning/criteria/activation.ts";
import { batchNorm } from "../../../src/pruning/criteria/batchNorm.ts";
import type { Contributions } from "../../../src/pruning/criteria/evidence.ts";
import { fpgm } from "../../../src/pruning/criteria/fpgm.ts";
import { l1, l2 } from "../../../src/pruning/criteria/norms.ts";
import { random } from "../../../src/pruning/criteria/random.ts";
import { criteria, needsOf, weightCriteria } from "../../../src/pruning/criteria/registry.ts";
import { accuracyDrop, lossIncrease } from "../../../src/pruning/criteria/removals.ts";
import { taylor } from "../../../src/pruning/criteria/taylor.ts";
import { greedyOrder, thinet } from "../../../src/pruning/criteria/thinet.ts";
import { partialView, rowsOfNumbers, viewOf } from "./evidence.ts";

const near = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12) => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    if (Number.isNaN(value)) assert.ok(Number.isNaN(actual[i]), `${i}: ${actual[i]} is a number`);
    else
      assert.ok(
        Math.abs((actual[i] as number) - value) <= tolerance * Math.max(1, Math.abs(value)),
        `${i}: ${actual[i]} for ${value}`,
      );
  }
};

describe("criteria: norms", () => {
  const one = [
    [3, -4],
    [0, 0],
    [1, 2],
  ];
  const other = [
    [1, 1, 1],
    [2, 0, 0],
    [0, -3, 0],
  ];

  it("of one layer are those of its filters", () => {
    near(l1.score([[viewOf(one)]], 3), [7, 0, 3]);
    near(l2.score([[viewOf(one)]], 3), [5, 0, Math.sqrt(5)]);
  });

  it("add up over the kernels of a layer, and are means over layers", () => {
    near(l1.score([[viewOf(one), viewOf(other)]], 3), [10, 2, 6]);
    near(l1.score([[viewOf(one)], [viewOf(other)]], 3), [5, 1, 3]);
    near(l2.score([[viewOf(one)], [viewOf(other)]], 3), [Math.sqrt(28 / 2), Math.sqrt(4 / 2), Math.sqrt(14 / 2)]);
  });

  it("leave out layers that do not hold a channel, and say NaN where none does", () => {
    const partial = partialView([[10], [-20]], [2, 0], 4);
    near(l1.score([[viewOf(one)], [partial]], 4), [(7 + 20) / 2, 0, (3 + 10) / 2, Number.NaN]);
  });
});

describe("criteria: FPGM", () => {
  /** Σ_k ‖F_j − F_k‖ as the paper writes it. */
  const expected = (rows: readonly (readonly number[])[]) =>
    rows.map((a) =>
      rows.reduce(
        (sum, b) => sum + Math.sqrt(a.reduce((squares, value, i) => squares + (value - (b[i] as number)) ** 2, 0)),
        0,
      ),
    );

  it("is the sum of distances to all other filters, by plain loops", () => {
    for (const length of [1, 4, 9]) {
      const rows = rowsOfNumbers(6, length, length);
      near(fpgm.score([[viewOf(rows)]], 6), expected(rows));
    }
    near(
      fpgm.score(
        [
          [
            viewOf([
              [0, 0],
              [3, 4],
              [0, 0],
            ]),
          ],
        ],
        3,
      ),
      [5, 10, 5],
    );
  });

  it("ranks a duplicate below filters that stand alone", () => {
    const rows = [
      [1, 0, 0],
      [0, 2, 0],
      [1, 0, 0],
      [0, 0, -3],
      [1, 0, 0],
    ];
    const scores = fpgm.score([[viewOf(rows)]], 5);
    assert.deepEqual([scores[0], scores[2]], [scores[4], scores[4]]);
    assert.ok(Math.min(scores[1] as number, scores[3] as number) > (scores[0] as number));
  });

  it("compares channels that a layer holds with each other only", () => {
    near(fpgm.score([[partialView([[1], [4]], [3, 1], 4)]], 4), [Number.NaN, 3, Number.NaN, 3]);
  });
});

describe("criteria: one number from evidence", () => {
  it("batch-norm scale: |γ|, the mean of several", () => {
    near(batchNorm.score([viewOf([[-2], [0], [0.5]]), viewOf([[1], [0], [0.5]])], 3), [1.5, 0, 0.5]);
    near(batchNorm.score([], 2), [Number.NaN, Number.NaN]);
  });

  it("Taylor: squared gates, the mean over batches", () => {
    near(taylor.score([Float64Array.of(1, -3, Number.NaN), Float64Array.of(-2, 0, Number.NaN)], 3), [
      2.5,
      4.5,
      Number.NaN,
    ]);
  });

  it("activation and APoZ", () => {
    const activity = { magnitude: Float64Array.of(0, 2), zeros: Float64Array.of(1, 0.25) };
    near(activation.score(activity, 2), [0, 2]);
    near(apoz.score(activity, 2), [0, 0.75]);
  });

  it("random: as drawn", () => near(random.score(Float64Array.of(0.3, 0.1), 2), [0.3, 0.1]));

  it("accuracy drop: images lost, those who lose equally many told apart by the loss", () => {
    const before = { accuracy: 0.8, loss: 0.5 };
    const after = [
      { accuracy: 0.8, loss: 0.5 },
      { accuracy: 0.7, loss: 0.5 },
      undefined,
      { accuracy: 0.8, loss: 1e6 },
      { accuracy: 0.9, loss: 0.1 },
    ];
    const [same, lost, untried, worse, better] = accuracyDrop.score({ images: 10, before, after }, 5);
    assert.equal(same, 0);
    near([lost as number], [0.1]);
    assert.ok(Number.isNaN(untried));
    // However great a loss, it never counts for half an image.
    assert.ok((worse as number) > 0 && (worse as number) < 0.05);
    assert.ok((better as number) < -0.1 && (better as number) > -0.15);
    near(lossIncrease.score({ images: 10, before, after }, 5), [0, 0, Number.NaN, 1e6 - 0.5, -0.4]);
  });
});

describe("criteria: ThiNet", () => {
  /** Columns as contributions of one reader, all of which it reads. */
  const contributions = (columns: readonly (readonly number[])[], extra = 0): Contributions => {
    const rows = columns[0]?.length ?? 0;
    const sums = Array.from({ length: rows }, (_, i) =>
      columns.reduce((sum, column) => sum + (column[i] as number), 0),
    );
    return {
      rows,
      read: new Uint8Array(columns.length).fill(1),
      values: Float32Array.from(columns.flat()),
      energy: sums.reduce((sum, value) => sum + value ** 2, extra),
    };
  };

  /** Algorithm 1 of the paper: try every channel, add the one that makes the error least. */
  function byTrying(readers: readonly { columns: number[][]; energy: number }[]): { channel: number; error: number }[] {
    const count = readers[0]?.columns.length ?? 0;
    const gone: number[] = [];
    const errorOf = (removed: readonly number[]) =>
      readers.reduce((mean, { columns, energy }) => {
        let error = 0;
        for (let i = 0; i < (columns[0]?.length ?? 0); i++) {
          error += removed.reduce((sum, j) => sum + (columns[j]?.[i] as number), 0) ** 2;
        }
        return mean + error / energy / readers.length;
      }, 0);
    return Array.from({ length: count }, () => {
      const left = Array.from({ length: count }, (_, j) => j).filter((j) => !gone.includes(j));
      const errors = left.map((j) => ({ channel: j, error: errorOf([...gone, j]) }));
      const best = errors.reduce((a, b) => (b.error < a.error - 1e-9 ? b : a));
      gone.push(best.channel);
      return best;
    });
  }

  it("removes greedily what adds least to the error, as trying all does", () => {
    for (const seed of [1, 2, 3]) {
      const readers = [5, 8].map((rows, at) => {
        const columns = rowsOfNumbers(7, rows, 10 * seed + at);
        return { columns, of: contributions(columns, seed), energy: contributions(columns, seed).energy };
      });
      const order = greedyOrder(
        readers.map(({ of }) => of),
        7,
      );
      const expected = byTrying(readers);
      assert.deepEqual(
        order.map(({ channel }) => channel),
        expected.map(({ channel }) => channel),
      );
      near(
        order.map(({ error }) => error),
        expected.map(({ error }) => error),
        1e-5,
      );
      const scores = thinet.score(
        readers.map(({ of }) => of),
        7,
      );
      const ranked = [...scores.keys()].sort((a, b) => (scores[a] as number) - (scores[b] as number));
      assert.deepEqual(
        ranked,
        order.map(({ channel }) => channel),
      );
    }
  });

  it("scores a channel that contributes nothing lowest, and one that makes good another's loss just above it", () => {
    const scores = thinet.score(
      [
        contributions([
          [1, 1],
          [0, 0],
          [-1, -1],
          [9, 7],
        ]),
      ],
      4,
    );
    assert.equal(scores[1], 0);
    assert.ok(
      (scores[2] as number) > (scores[0] as number) && (scores[2] as number) < 1.000001 * (scores[0] as number),
    );
    near([scores[3] as number], [1]);
  });

  it("takes equal channels in order of index, dead ones too", () => {
    const scores = thinet.score([contributions([[0], [2], [0], [2], [0]])], 5);
    const ranked = [...scores.keys()].sort((a, b) => (scores[a] as number) - (scores[b] as number));
    assert.deepEqual(ranked, [0, 2, 4, 1, 3]);
    assert.equal(new Set(scores).size, 5);
  });

  it("says nothing of a channel that none reads", () => {
    const some = { ...contributions([[1], [0], [3]]), read: Uint8Array.of(1, 0, 1) };
    const scores = thinet.score([some], 3);
    assert.deepEqual([...scores].map(Number.isNaN), [false, true, false]);
    assert.ok([...thinet.score([], 2)].every(Number.isNaN));
  });
});

describe("criteria: the registry", () => {
  it("says of each what it needs, and which need nothing but weights", () => {
    assert.deepEqual(
      criteria.filter((criterion) => needsOf(criterion) === "nothing").map(({ name }) => name),
      [...weightCriteria.map(({ name }) => name), "random"],
    );
    assert.deepEqual(
      criteria.filter((criterion) => needsOf(criterion) === "labels").map(({ name }) => name),
      ["taylor", "accuracyDrop", "lossIncrease"],
    );
  });

  it("norms grow with the weights, whatever they are", () => {
    const filters = fc.array(fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 5,
    });
    fc.assert(
      fc.property(filters, (rows) => {
        const zeroed = [[0, 0, 0], ...rows];
        for (const criterion of [l1, l2]) {
          const scores = criterion.score([[viewOf(zeroed)]], zeroed.length);
          assert.equal(Math.min(...scores), scores[0]);
        }
      }),
    );
  });
});
