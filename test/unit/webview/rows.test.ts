import assert from "node:assert/strict";
import { tableModel } from "../../../src/webview/rows.ts";
import type { Column } from "../../../src/webview/state.ts";
import { panelRun, withoutData } from "../../support/panelRuns.ts";

const runs = [
  panelRun("a", 0, [
    [0.9, 70],
    [0.3, 90],
    [0.6, 80],
  ]),
  panelRun("b", 1, [[0.5]]),
];
const front = new Set(["a/1", "a/2", "a/0"]);

const ids = (column?: Column, reversed = false) =>
  tableModel(runs, front, column && { column, reversed }).rows.map(({ trial }) => trial.id);

describe("the table", () => {
  it("has a row for each trial of each run, in their order", () => {
    assert.deepEqual(ids(), ["a/0", "a/1", "a/2", "a/3", "b/0", "b/1"]);
  });

  it("sorts by a metric, the best first, with missing values last either way", () => {
    assert.deepEqual(ids("accuracy"), ["a/0", "a/2", "a/3", "a/1", "b/0", "b/1"]);
    assert.deepEqual(ids("accuracy", true), ["a/1", "a/3", "a/2", "a/0", "b/0", "b/1"]);
    assert.deepEqual(ids("gzipBytes"), ["a/1", "a/3", "b/1", "a/2", "a/0", "b/0"]);
  });

  it("sorts by words as people do, and by the front", () => {
    assert.deepEqual(ids("trial"), ["a/2", "b/1", "a/3", "a/1", "a/0", "b/0"]);
    assert.deepEqual(ids("run", true), ["b/0", "b/1", "a/0", "a/1", "a/2", "a/3"]);
    assert.deepEqual(ids("front"), ["a/0", "a/1", "a/2", "a/3", "b/0", "b/1"]);
  });

  it("says which way it is sorted", () => {
    const sorted = (column: Column, reversed: boolean) => tableModel(runs, front, { column, reversed }).sorted;
    assert.deepEqual(sorted("accuracy", false), { column: "accuracy", descending: true });
    assert.deepEqual(sorted("loss", false), { column: "loss", descending: false });
    assert.deepEqual(sorted("loss", true), { column: "loss", descending: true });
  });

  it("has the columns that tell its rows apart", () => {
    const { columns } = tableModel(runs, front, undefined);
    assert.deepEqual(columns.slice(0, 5), ["trial", "run", "front", "sparsity", "accuracy"]);
    const plain = tableModel(withoutData.runs, new Set(), { column: "accuracy", reversed: false });
    assert.deepEqual(plain.columns.slice(0, 3), ["trial", "sparsity", "gzipBytes"]);
    assert.equal(plain.sorted, undefined, "a column that is gone does not sort");
  });

  it("marks the front, and what it beats", () => {
    const marks = tableModel(runs, front, undefined).rows.map(({ onFront, beaten }) => [onFront, beaten]);
    assert.deepEqual(marks, [...[0, 1, 2].map(() => [true, false]), ...[3, 4, 5].map(() => [false, true])]);
    assert(tableModel(withoutData.runs, new Set(), undefined).rows.every(({ beaten }) => !beaten));
  });
});
