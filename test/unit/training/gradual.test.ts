import assert from "node:assert/strict";
import * as fc from "fast-check";
import { countSelected } from "../../../src/pruning/methods/select.ts";
import type { GradualPruning } from "../../../src/pruning/methods/spec.ts";
import type { Mask } from "../../../src/pruning/model/zero.ts";
import { grownMasks } from "../../../src/pruning/training/gradual.ts";
import { gradualScheduleOf, grownBy, prunesBefore } from "../../../src/pruning/training/gradualSchedule.ts";

const stepsOf = (count: number) => Array.from({ length: count }, (_, step) => step);

describe("the schedule of gradual pruning", () => {
  it("follows Zhu & Gupta's cubic, with a last pruning at the end wherever that falls", () => {
    const schedule = gradualScheduleOf({ begin: 0.1, end: 0.6, every: 7 }, 100);
    const prunings = stepsOf(100).filter((step) => prunesBefore(schedule, step));
    assert.deepEqual(prunings, [10, 17, 24, 31, 38, 45, 52, 59, 60]);
    // Their formula for a final sparsity of 1 from 0: s_f + (s_i − s_f)(1 − (t − t₀)/(nΔt))³.
    for (const step of prunings) {
      assert.ok(Math.abs(grownBy(schedule, step) - (1 + (0 - 1) * (1 - (step - 10) / 50) ** 3)) < 1e-12);
    }
    assert.deepEqual(
      [0, 9, 10, 60, 99].map((step) => grownBy(schedule, step)),
      [0, 0, 0, 1, 1],
    );
    assert.equal(grownBy(schedule, 35), 0.875);
  });

  it("does all at once where it is constant", () => {
    const schedule = gradualScheduleOf({ schedule: "constant", begin: 0.25 }, 20);
    assert.deepEqual(
      stepsOf(20).filter((step) => prunesBefore(schedule, step)),
      [5],
    );
    assert.deepEqual(
      [4, 5, 6].map((step) => grownBy(schedule, step)),
      [0, 1, 1],
    );
  });

  it("prunes every hundred steps, or at least twenty times on its way", () => {
    assert.equal(gradualScheduleOf({}, 10_000).every, 100);
    assert.equal(gradualScheduleOf({}, 1000).every, 37);
    assert.equal(gradualScheduleOf({}, 10).every, 1);
  });

  it("never goes back, and has reached its target before the last step, however it is set", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const timing = fc.record({ begin: share, end: share, every: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(
        timing,
        fc.constantFrom("cubic" as const, "constant" as const),
        fc.integer({ min: 1, max: 200 }),
        (at, kind, steps) => {
          fc.pre(at.begin < at.end);
          const schedule = gradualScheduleOf({ schedule: kind, ...at }, steps);
          const prunings = stepsOf(steps).filter((step) => prunesBefore(schedule, step));
          const grown = prunings.map((step) => grownBy(schedule, step));
          assert.equal(grown.at(-1), 1);
          assert.equal(prunings.at(-1), schedule.end);
          for (const [i, each] of grown.entries()) assert.ok(each >= (grown[i - 1] ?? 0));
        },
      ),
    );
  });
});

describe("masks that grow", () => {
  const magnitudes = (targets: GradualPruning["targets"]): GradualPruning => ({ targets, score: (values) => values });

  it("take the smallest weights by then, beside all that were held", () => {
    const pruning = magnitudes([{ kernels: ["a", "b"], zeros: 5 }]);
    const values = new Map([
      ["a", Float32Array.of(0, 3, -1, 0)],
      ["b", Float32Array.of(0.5, -4, 2, -0.25)],
    ]);
    const start = new Map([
      ["a", Uint8Array.of(1, 0, 0, 0)],
      ["b", Uint8Array.of(0, 0, 0, 0)],
    ]);
    const masks = (grown: number) =>
      Object.fromEntries(
        [...grownMasks(pruning, grown, start, start, values)].map(([name, mask]) => [name, [...mask]]),
      );
    assert.deepEqual(masks(0), { a: [1, 0, 0, 0], b: [0, 0, 0, 0] });
    assert.deepEqual(masks(0.25), { a: [1, 0, 0, 1], b: [0, 0, 0, 0] });
    assert.deepEqual(masks(0.5), { a: [1, 0, 0, 1], b: [0, 0, 0, 1] });
    assert.deepEqual(masks(1), { a: [1, 0, 1, 1], b: [1, 0, 0, 1] });
  });

  it("meet every share of the way to the weight, and let go of nothing", () => {
    // Few different values, so that there are ties and zeros that are not held.
    const kernel = fc.array(fc.constantFrom(0, 0, -0, 1, -1, 2, 3.5), { minLength: 1, maxLength: 30 });
    const ways = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(kernel, { minLength: 1, maxLength: 3 }),
        ways,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kernels, shares, sparsity) => {
          const names = kernels.map((_, i) => `k${i}`);
          const total = kernels.flat().length;
          const zeros = Math.round(sparsity * total);
          let values = new Map(names.map((name, i) => [name, Float32Array.from(kernels[i] as number[])]));
          const heldIn = (each: Float32Array) =>
            Uint8Array.from(each, (value, i) => Number(value === 0 && i % 2 === 0));
          const start = new Map([...values].map(([name, each]) => [name, heldIn(each)]));
          const before = [...start.values()].reduce((sum, mask) => sum + countSelected(mask), 0);
          let held: ReadonlyMap<string, Mask> = start;
          for (const grown of [...shares.toSorted((a, b) => a - b), 1]) {
            const masks = grownMasks(magnitudes([{ kernels: names, zeros }]), grown, start, held, values);
            const counted = [...masks.values()].reduce((sum, mask) => sum + countSelected(mask), 0);
            assert.equal(counted, Math.max(before, Math.round(before + grown * (zeros - before))));
            for (const [name, mask] of masks) assert.ok(held.get(name)?.every((was, i) => !was || mask[i] === 1));
            values = new Map(
              [...values].map(([name, each]) => [name, each.map((value, i) => (masks.get(name)?.[i] ? 0 : value))]),
            );
            held = masks;
          }
        },
      ),
    );
  });
});
