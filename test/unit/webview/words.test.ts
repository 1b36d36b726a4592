import assert from "node:assert/strict";
import type { PanelRun, PanelState } from "../../../src/protocol/panel.ts";
import { axesOf } from "../../../src/webview/axes.ts";
import { entriesOf } from "../../../src/webview/entries.ts";
import { chartModel } from "../../../src/webview/series.ts";
import {
  announce,
  chartRemarks,
  describeChart,
  describeStatus,
  missingChart,
  nameChart,
} from "../../../src/webview/words.ts";
import { panelRun, threeRuns, withoutData, withTrial } from "../../support/panelRuns.ts";

function charted(runs: readonly PanelRun[]) {
  const axes = axesOf(runs.flatMap(entriesOf), {});
  return { axes, model: chartModel(runs, axes) };
}

describe("what the page says", () => {
  it("tells of each new trial, of several by the last, and of how a run ended", () => {
    const one = withTrial(threeRuns, "global", 0.95, 20);
    assert.match(announce(threeRuns, one), /^Trial magnitude 95 % of Magnitude, global: [^.]+\.\d %, .*kB\.$/);
    const two = withTrial(one, "global", 0.97, 15);
    assert.match(announce(threeRuns, two), /^2 new trials\. Trial magnitude 97 % /);
    const ended: PanelState = {
      ...threeRuns,
      runs: threeRuns.runs.map((run) => (run.id === "per-layer" ? { ...run, status: "cancelled" as const } : run)),
    };
    assert.match(announce(threeRuns, ended), /^Run Magnitude per layer, .* was cancelled\.$/);
    assert.equal(announce(threeRuns, threeRuns), "");
  });

  it("describes the chart for who cannot see it", () => {
    const { model } = charted(threeRuns.runs);
    assert.equal(nameChart(model), "Accuracy against sparsity: 20 trials of 3 runs.");
    assert.match(
      describeChart(model),
      /in 11 points from magnitude 10 % \(10\.0 %, 90\.7 %\) to magnitude 90 % \(90\.0 %, 38\.4 %\)\./,
    );
    assert.doesNotMatch(describeChart(charted(withoutData.runs).model), /front/);
  });

  it("counts a run's trials", () => {
    assert.equal(describeStatus(panelRun("a", 0, [[0.5, 90]])), "done · 1 trial");
    assert.equal(describeStatus(panelRun("a", 0, [], { status: "running" })), "running · 0 trials");
  });

  it("says why there is no chart", () => {
    const why = (runs: readonly PanelRun[]) => missingChart(runs, charted(runs).model);
    const { baseline: _, ...bare } = panelRun("a", 0, []);
    assert.equal(why(threeRuns.runs), undefined);
    assert.match(why([]) ?? "", /hidden/);
    assert.match(why([{ ...bare, status: "running" }]) ?? "", /^Waiting/);
    assert.match(why([{ ...bare, status: "failed" }]) ?? "", /ended before/);
  });

  it("warns before points are compared that do not compare", () => {
    const remarks = (runs: readonly PanelRun[]) => {
      const { axes, model } = charted(runs);
      return chartRemarks(runs, axes, model);
    };
    assert.deepEqual(remarks(threeRuns.runs), []);
    assert.match(remarks(withoutData.runs).join(), /^These models were pruned without data/);
    assert.match(remarks([...threeRuns.runs, ...withoutData.runs]).join(), /^4 trials without accuracy/);
    const [run] = threeRuns.runs;
    assert(run?.data);
    const fewer = { ...run, id: "fewer", data: { ...run.data, examples: 500 } };
    assert.match(remarks([run, fewer]).join(), /measured on different examples/);
  });
});
