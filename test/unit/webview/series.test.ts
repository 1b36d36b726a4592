import assert from "node:assert/strict";
import type { PanelRun } from "../../../src/protocol/panel.ts";
import { axesOf } from "../../../src/webview/axes.ts";
import { entriesOf, newestFirst } from "../../../src/webview/entries.ts";
import { axisRange, chartModel } from "../../../src/webview/series.ts";
import { panelRun, threeRuns, withoutData, withoutLabels } from "../../support/panelRuns.ts";

const axes = (runs: readonly PanelRun[], chosen: Parameters<typeof axesOf>[1] = {}) =>
  axesOf(runs.flatMap(entriesOf), chosen);
const keys = (definitions: readonly { readonly key: string }[]) => definitions.map(({ key }) => key);

describe("the axes", () => {
  it("are sparsity and accuracy unless others are chosen", () => {
    const { x, y, quality } = axes(threeRuns.runs);
    assert.deepEqual([x.key, y.key, quality], ["sparsity", "accuracy", true]);
    const chosen = axes(threeRuns.runs, { x: "latencyMs", y: "loss" });
    assert.deepEqual([chosen.x.key, chosen.y.key], ["latencyMs", "loss"]);
  });

  it("offer what at least one trial has", () => {
    const [run] = threeRuns.runs;
    assert(run);
    const bare = {
      ...run,
      trials: run.trials.map((trial) => ({ ...trial, metrics: { ...trial.metrics, macs: null } })),
    };
    assert(keys(axes([run]).xs).includes("macs"));
    assert(keys(axes([bare]).xs).includes("macs"), "the baseline still has it");
    const { baseline: _, ...noBaseline } = bare;
    assert(!keys(axes([noBaseline], { x: "macs" }).xs).includes("macs"));
    assert.equal(axes([noBaseline], { x: "macs" }).x.key, "sparsity");
  });

  it("weigh agreement where nothing has labels, and accuracy as soon as something has", () => {
    const { x, y, ys, quality } = axes(withoutLabels.runs);
    assert.deepEqual([x.key, y.key, keys(ys), quality], ["sparsity", "agreement", ["agreement"], true]);
    assert.deepEqual(keysOf(chartModel(withoutLabels.runs, axes(withoutLabels.runs)).front).length, 4);
    const both = axes([...withoutLabels.runs, ...threeRuns.runs]);
    assert.deepEqual([both.y.key, keys(both.ys)], ["accuracy", ["accuracy", "top5", "loss", "agreement"]]);
  });

  it("fall back to size where nothing was measured on data, and never to the same metric twice", () => {
    const { y, ys, quality } = axes(withoutData.runs, { y: "accuracy" });
    assert.deepEqual([y.key, keys(ys), quality], ["gzipBytes", ["gzipBytes", "bytes"], false]);
    assert.deepEqual(keys(axes(withoutData.runs, { x: "gzipBytes" }).ys), ["bytes"]);
  });
});

describe("the chart's points", () => {
  const model = chartModel(threeRuns.runs, axes(threeRuns.runs));

  it("are all trials and baselines, each in its run's series", () => {
    assert.deepEqual(
      model.series.map(({ run, points }) => [run.id, points.length]),
      [
        ["global", 10],
        ["per-layer", 9],
        ["failed", 4],
      ],
    );
    assert.equal(model.lacking, 0);
    assert.deepEqual(
      model.series[0]?.points.slice(0, 2).map(({ id, x, y, baseline }) => ({ id, x, y, baseline })),
      [
        { id: "global/0", x: 0, y: 0.9064, baseline: true },
        { id: "global/1", x: 0.1, y: 0.9066, baseline: false },
      ],
    );
  });

  it("have a front over all shown runs, along x", () => {
    assert.deepEqual(keysOf(model.front), [
      "global/1",
      "global/2",
      "global/3",
      "global/4",
      "global/5",
      "failed/2",
      "global/6",
      "global/7",
      "failed/3",
      "global/8",
      "global/9",
    ]);
    assert.deepEqual(new Set(keysOf(model.path.filter(({ beaten }) => !beaten))), new Set(keysOf(model.front)));
    const alone = threeRuns.runs.filter(({ id }) => id === "failed");
    assert.equal(chartModel(alone, axes(alone)).front.length, 4, "hiding runs makes another front");
  });

  it("are walked from left to right", () => {
    assert(model.path.every(({ x }, index) => index === 0 || x >= (model.path[index - 1]?.x ?? 0)));
    assert.equal(model.path.length, 23);
  });

  it("leave out trials without one of the metrics, and say how many", () => {
    const mixed = [...threeRuns.runs, ...withoutData.runs];
    const { lacking, series } = chartModel(mixed, axes(mixed));
    assert.equal(lacking, 4);
    assert.deepEqual(series.at(-1)?.points, []);
  });

  it("have no front without data", () => {
    const { front, path } = chartModel(withoutData.runs, axes(withoutData.runs));
    assert.deepEqual(front, []);
    assert(path.every(({ beaten }) => !beaten));
  });
});

describe("an axis", () => {
  it("holds its values with room to spare, also a single one or none", () => {
    for (const values of [[0, 1], [0.9], [0], [-3, 5_000_000]]) {
      const { min, max } = axisRange(values);
      assert(
        values.every((value) => min < value && value < max),
        String(values),
      );
    }
    assert.deepEqual(axisRange([]), { min: 0, max: 1 });
  });
});

describe("a run", () => {
  it("stands above those started before it", () => {
    const at = (id: string, started: string) => panelRun(id, 0, [], { started });
    const runs = [
      at("old", "2026-11-19T23:00:00.000Z"),
      at("new", "2026-11-20T00:30:00+01:00"),
      at("same", "2026-11-19T23:00:00.000Z"),
    ];
    assert.deepEqual(keysOf(newestFirst(runs)), ["new", "old", "same"]);
  });

  it("without a baseline has its trials alone", () => {
    const { baseline: _, ...run } = panelRun("a", 0, [[0.5, 90]]);
    assert.deepEqual(keysOf(entriesOf(run).map(({ trial }) => trial)), ["a/1"]);
  });
});

function keysOf(points: readonly { readonly id: string }[]): string[] {
  return points.map(({ id }) => id);
}
