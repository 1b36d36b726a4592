import assert from "node:assert/strict";
import type { PanelState } from "../../../src/protocol/panel.ts";
import { type Action, initialState, reduce, type State } from "../../../src/webview/state.ts";
import { threeRuns, withTrial } from "../../support/panelRuns.ts";

const reduceAll = (start: State, ...actions: readonly Action[]) => actions.reduce(reduce, start);
const snapshot = (state: PanelState): Action => ({ type: "snapshot", snapshot: state });
const fresh = initialState(undefined);

describe("the page's state", () => {
  it("starts from what was persisted, and from nothing where that is not of its form", () => {
    const intent = { x: "bytes", hidden: ["global"], sort: { column: "front", reversed: true }, selected: "global/3" };
    assert.deepEqual(initialState(intent).intent, intent);
    for (const broken of [null, 7, { hidden: "all" }, { ...intent, x: "beauty" }])
      assert.deepEqual(initialState(broken).intent, { hidden: [] });
  });

  it("survives being persisted", () => {
    const { intent } = reduceAll(
      fresh,
      snapshot({ ...threeRuns, selected: "failed/2" }),
      { type: "axis", axis: "y", metric: "loss" },
      { type: "sort", column: "trial" },
      { type: "show", runs: ["global"], shown: false },
    );
    assert.deepEqual(initialState(JSON.parse(JSON.stringify(intent))).intent, intent);
  });

  it("sorts, sorts the other way, and gives the first order back", () => {
    const sort = (times: number) =>
      reduceAll(fresh, ...Array.from({ length: times }, () => ({ type: "sort", column: "bytes" }) as const)).intent
        .sort;
    assert.deepEqual([1, 2, 3].map(sort), [
      { column: "bytes", reversed: false },
      { column: "bytes", reversed: true },
      undefined,
    ]);
    const other = reduceAll(fresh, { type: "sort", column: "bytes" }, { type: "sort", column: "run" });
    assert.deepEqual(other.intent.sort, { column: "run", reversed: false });
  });

  it("hides and shows runs, one or all", () => {
    const hidden = (...actions: readonly Action[]) => reduceAll(fresh, ...actions).intent.hidden;
    const hide: Action = { type: "show", runs: ["a", "b"], shown: false };
    assert.deepEqual(hidden(hide, hide), ["a", "b"]);
    assert.deepEqual(hidden(hide, { type: "show", runs: ["a"], shown: true }), ["b"]);
  });

  it("follows a selection the host newly makes, also in a hidden run, and no old one again", () => {
    const hidden = reduceAll(fresh, snapshot(threeRuns), { type: "show", runs: ["failed"], shown: false });
    const followed = reduce(hidden, snapshot({ ...threeRuns, selected: "failed/1" }));
    assert.equal(followed.intent.selected, "failed/1");
    assert.deepEqual(followed.intent.hidden, []);

    const chosen = reduce(followed, { type: "select", trial: "global/1" });
    const later = reduce(chosen, snapshot({ ...withTrial(threeRuns, "global", 0.95, 20), selected: "failed/1" }));
    assert.equal(later.intent.selected, "global/1", "a new trial does not take the selection away");

    const reloaded = reduce(initialState(later.intent), snapshot({ ...threeRuns, selected: "failed/1" }));
    assert.equal(reloaded.intent.selected, "global/1", "a reload does not either");

    const again = reduceAll(later, snapshot(threeRuns), snapshot({ ...threeRuns, selected: "failed/1" }));
    assert.equal(again.intent.selected, "failed/1", "but a selection made once more does");
  });

  it("keeps choices through snapshots, and its identity where nothing changes", () => {
    const chosen = reduceAll(fresh, snapshot(threeRuns), { type: "select", trial: "global/1" });
    assert.equal(reduce(chosen, { type: "select", trial: "global/1" }), chosen);
    assert.equal(reduce(chosen, snapshot(withTrial(threeRuns, "global", 0.95, 20))).intent, chosen.intent);
  });

  it("says what is new, but nothing when the page opens", () => {
    const open = reduce(fresh, snapshot(threeRuns));
    assert.equal(open.said, "");
    const later = reduce(open, snapshot(withTrial(threeRuns, "global", 0.95, 20)));
    assert.match(later.said, /^Trial magnitude 95 % of Magnitude, global: sparsity 95.0 %, accuracy 20.0 %, /);
    assert.equal(reduce(later, { type: "select", trial: "global/1" }).said, later.said, "a row reads itself");
    assert.match(reduce(later, { type: "select", trial: "global/1", aloud: true }).said, /^Trial magnitude 10 %/);
  });
});
