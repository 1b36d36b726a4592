import assert from "node:assert/strict";
import { assignColours, nameOfTrial, trialsOf } from "../../../../src/extension/runs/order.ts";
import { panelRun } from "../../../support/panelRuns.ts";

describe("extension/runs/order", () => {
  const [a, b, c] = ["a", "b", "c"].map((id) => panelRun(id, 0, [[0.3, 90]])) as [
    ReturnType<typeof panelRun>,
    ReturnType<typeof panelRun>,
    ReturnType<typeof panelRun>,
  ];

  it("gives colours in the order the runs were started", () => {
    assert.deepEqual(assignColours({}, [a, b, c]), { a: 0, b: 1, c: 2 });
  });

  it("keeps colours when an older run is deleted, and does not give them to another", () => {
    const before = assignColours({}, [a, b]);
    assert.deepEqual(assignColours(before, [b, c]), { b: 1, c: 2 });
  });

  it("changes nothing where every run has its colour", () => {
    const before = { a: 0, b: 1, gone: 2 };
    assert.equal(assignColours(before, [a, b]), before);
  });

  it("puts the baseline first, and calls it by its model", () => {
    const [baseline, trial] = trialsOf(a);
    assert.ok(baseline && trial);
    assert.equal(baseline.id, "a/0");
    assert.equal(nameOfTrial(a, baseline), "fashion-vggbn");
    assert.equal(nameOfTrial(a, trial), "fashion-vggbn, magnitude 30 %");
  });
});
