import assert from "node:assert/strict";
import { runText, summaryText, trialText } from "../../../../src/extension/views/runs/items.ts";
import type { Run, Trial } from "../../../../src/pruning/runs/run.ts";
import { panelRun, sensitivity, withoutLabels } from "../../../support/panelRuns.ts";

describe("extension/views/runs/items", () => {
  const run = panelRun("r", 0, [
    [0.3, 90.5],
    [0.6, 89.9],
    [0.9, 61],
  ]);
  const trial = (index: number): Trial => run.trials[index] as Trial;
  const now = new Date("2026-11-20T12:00:00.000Z");

  it("puts sparsity and accuracy beside a trial's name", () => {
    assert.equal(trialText(trial(1)).label, "magnitude 60 %");
    assert.equal(trialText(trial(1)).description, "89.9 % accuracy · 60 % sparse");
  });

  it("gives every metric that was measured in the tooltip, against the baseline's, and the trial's notes", () => {
    const { tooltip } = trialText({ ...trial(1), notes: ["Layer a was left out."] }, run.baseline);
    for (const title of ["Sparsity", "Accuracy", "Gzip size", "Effective MACs", "Latency"])
      assert.match(tooltip, new RegExp(`^\\| ${title}&ensp; \\| [^|]+ \\| [^|]+ \\|$`, "m"));
    assert.match(tooltip, /^\| Non\\-zero&ensp; \| 458,858&ensp; \| −60 % \|$/m);
    assert.match(tooltip, /Layer a was left out\\\.$/);
  });

  it("does not compare the baseline with itself", () => {
    const { tooltip } = trialText(run.baseline as Trial, run.baseline);
    assert.match(tooltip, /^\| Non\\-zero&ensp; \| 1,147,146&ensp; \| {2}\|$/m);
  });

  it("shows the size where accuracy was not measured", () => {
    const [sizesOnly] = panelRun("s", 0, [[0.5]]).trials;
    assert.ok(sizesOnly);
    assert.match(trialText(sizesOnly).description, / gzipped · 50 % sparse$/);
    assert.ok(!trialText(sizesOnly).tooltip.includes("| Accuracy |"));
  });

  it("tells agreement where there are no labels", () => {
    const [unlabelled] = withoutLabels.runs;
    assert.equal(trialText(unlabelled?.trials[1] as Trial).description, "96.0 % agreement · 60 % sparse");
    assert.equal(summaryText(unlabelled as Run), "Pruned 3 models: 30 % sparse keeps 99.5 % agreement.");
  });

  it("sums up what was found where nothing was pruned", () => {
    const found = panelRun("r", 0, [], { sensitivity: [sensitivity] });
    assert.equal(
      summaryText(found),
      "Measured the sensitivity of 3 groups of layers: dense_1 bears pruning least, conv2d_2 best.",
    );
    const groups = sensitivity.groups.slice(0, 1);
    assert.equal(
      summaryText({ ...found, sensitivity: [{ ...sensitivity, groups }] }),
      "Measured the sensitivity of 1 group of layers.",
    );
  });

  it("says of a run how it stands, how many models it has made and when", () => {
    assert.match(runText(run, now).description, /^3 models · /);
    assert.match(runText({ ...run, status: "running" }, now).description, /^running · 3 models · /);
    assert.match(runText({ ...run, trials: run.trials.slice(0, 1) }, now).description, /^1 model · /);
    const statuses = ["running", "done", "failed", "cancelled", "interrupted"] as const;
    assert.equal(new Set(statuses.map((status) => runText({ ...run, status }, now).icon)).size, statuses.length);
  });

  it("shows why a run failed, and what it was measured on", () => {
    const { tooltip } = runText({ ...run, status: "failed", error: "The disk is full." }, now);
    assert.match(tooltip, /The disk is full\\\.$/m);
    assert.match(tooltip, /10,000 examples of test/);
  });

  it("shows what ran TensorFlow.js, and what that was chosen by", () => {
    const timings = [
      { name: "wasm", forwardMs: 12 },
      { name: "cpu", reason: "took more than 150 ms" },
    ];
    const backend = { name: "wasm", detail: "SIMD, 2 threads", passedOver: [] };
    const { tooltip } = runText({ ...run, backend: { ...backend, choice: { batchSize: 8, timings } } }, now);
    assert.match(tooltip, /wasm \\\(SIMD, 2 threads\\\)/);
    assert.match(tooltip, /a forward pass of 8 examples: wasm 12\\\.0 ms, cpu took more than 150 ms/);
    assert.doesNotMatch(runText({ ...run, backend }, now).tooltip, /Chosen by/);
  });

  it("sums a run up by the sparsest model that loses less than a point", () => {
    assert.match(summaryText(run), /^Pruned 3 models: 60 % sparse keeps 89\.9 % accuracy \(90\.6 % unpruned\)\.$/);
  });

  it("sums up by the best model where all lose more, and by size where there is no accuracy", () => {
    assert.match(
      summaryText(
        panelRun("r", 0, [
          [0.9, 40],
          [0.8, 55],
        ]),
      ),
      /80 % sparse keeps 55/,
    );
    assert.match(summaryText(panelRun("r", 0, [[0.5], [0.7]])), /^Pruned 2 models: 70 % sparse is .+ gzipped\.$/);
    const empty: Run = { ...run, trials: [] };
    assert.equal(summaryText(empty), "Pruned 0 models.");
  });
});
