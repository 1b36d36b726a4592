import assert from "node:assert/strict";
import * as fc from "fast-check";
import { countTrials, type PlannedStep, planOf } from "../../../src/pruning/recipe/plan.ts";
import { parseRecipe } from "../../../src/pruning/recipe/schema.ts";
import { variantsOf } from "../../../src/pruning/recipe/sweep.ts";

describe("a sweep", () => {
  it("gives all combinations of the listed values, the last field varying fastest", () => {
    assert.deepEqual(variantsOf({ a: [1, 2], b: "x", c: [3, 4] }), [
      { a: 1, b: "x", c: 3 },
      { a: 1, b: "x", c: 4 },
      { a: 2, b: "x", c: 3 },
      { a: 2, b: "x", c: 4 },
    ]);
    assert.deepEqual(variantsOf({}), [{}]);
    assert.deepEqual(variantsOf({ a: [7] }), [{ a: 7 }]);
    assert.deepEqual(variantsOf({ a: { b: [1, 2], c: 3 } }), [{ a: { b: 1, c: 3 } }, { a: { b: 2, c: 3 } }]);
    assert.deepEqual(variantsOf({ a: [{ b: [1, 2] }, { b: 5 }] }), [{ a: { b: 1 } }, { a: { b: 2 } }, { a: { b: 5 } }]);
  });

  it("counts like an odometer, for any lists", () => {
    const fields = fc.array(fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(fields, (lists) => {
        const names = lists.map((_, i) => `field${i}`);
        const variants = variantsOf(Object.fromEntries(names.map((name, i) => [name, lists[i]])));
        assert.equal(
          variants.length,
          lists.reduce((product, { length }) => product * length, 1),
        );
        for (const [n, variant] of variants.entries()) {
          let rest = n;
          for (const [i, list] of [...lists.entries()].reverse()) {
            assert.equal(variant[`field${i}`], list[rest % list.length]);
            rest = Math.floor(rest / list.length);
          }
        }
      }),
    );
  });
});

describe("the plan of a recipe", () => {
  const plan = (...steps: object[]) => planOf(parseRecipe({ model: "m", steps }, "it"));

  /** Labels of the steps that keep a trial, in the order they run. */
  const trials = (steps: readonly PlannedStep[]): string[] =>
    steps.flatMap(({ label, record, next }) => [...(record ? [label] : []), ...trials(next)]);

  it("branches where a step has several values, and keeps a trial after each last step", () => {
    const steps = plan({ prune: "magnitude", sparsity: [0.3, 0.6] }, { prune: "magnitude", threshold: [0.1, 0.2] });
    assert.deepEqual(trials(steps), [
      "magnitude 30 %, magnitude below 0.1",
      "magnitude 30 %, magnitude below 0.2",
      "magnitude 60 %, magnitude below 0.1",
      "magnitude 60 %, magnitude below 0.2",
    ]);
    assert.equal(steps.length, 2, "the first step is done once for each of its values");
    assert.equal(countTrials(steps), 4);
  });

  it("keeps a trial after a step that says so, before those that follow it", () => {
    const steps = plan({ prune: "magnitude", sparsity: [0.3, 0.6], record: true }, { prune: "magnitude", quality: 1 });
    assert.deepEqual(trials(steps), [
      "magnitude 30 %",
      "magnitude 30 %, magnitude quality 1",
      "magnitude 60 %",
      "magnitude 60 %, magnitude quality 1",
    ]);
    assert.equal(countTrials(steps), 4);
    assert.deepEqual(trials(plan({ prune: "magnitude", quality: 1, record: false })), ["magnitude quality 1"]);
  });

  it("refuses options that do not go together, in any branch", () => {
    for (const step of [{}, { sparsity: 0.5, quality: [1] }, { threshold: 1, scope: ["layer"] }]) {
      assert.throws(() => plan({ prune: "magnitude", quality: 1 }, { prune: "magnitude", ...step }), {
        code: "bad-recipe",
      });
    }
  });
});
