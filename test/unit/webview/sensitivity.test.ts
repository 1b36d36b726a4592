import assert from "node:assert/strict";
import { plotSize, type SensitivityModel, sensitivityModels } from "../../../src/webview/sensitivity.ts";
import { panelRun, sensitivity, threeRuns, withSensitivity } from "../../support/panelRuns.ts";

const only = (models: readonly SensitivityModel[]): SensitivityModel => {
  assert.equal(models.length, 1);
  return models[0] as SensitivityModel;
};

describe("sensitivity on the page", () => {
  const model = only(sensitivityModels(withSensitivity.runs));

  it("is there only where a run measured it", () => {
    assert.deepEqual(sensitivityModels(threeRuns.runs), []);
  });

  it("draws all groups on one scale, from all filters to the fewest, the better the higher", () => {
    for (const { dots } of model.plots) {
      for (const { x, y } of dots) {
        assert.ok(x >= 0 && x <= plotSize.width && y >= 0 && y <= plotSize.height);
      }
    }
    const [first, second, third] = model.plots.map(({ dots }) => dots);
    assert.deepEqual(first?.[0], second?.[0] && { ...second[0], title: first?.[0]?.title });
    assert.equal(first?.[0]?.y, model.whole);
    assert.deepEqual(
      first?.map(({ x }) => x),
      second?.map(({ x }) => x),
    );
    const heights = first?.map(({ y }) => y) ?? [];
    assert.deepEqual(
      heights,
      heights.toSorted((a, b) => a - b),
    );
    // The lowest tenth that was measured lies at the bottom, the highest at the top.
    assert.match(model.caption, /^Accuracy on 1,000 validation images, from 30 % to 100 %, with up to 75 % of the /);
    // A quarter of two filters is none: nothing was measured there.
    assert.equal(third?.length, 3);
  });

  it("says every number in words, and in a table", () => {
    assert.deepEqual(
      model.plots.map(({ description }) => description),
      [
        "conv2d_1: 90.6 % with all 32 filters, 90.0 % without 8 (25 %), 81.0 % without 16 (50 %), 34.0 % without 24 (75 %).",
        "conv2d_2, shortcut_2: 90.6 % with all 64 filters, 90.6 % without 16 (25 %), 89.0 % without 32 (50 %), 70.0 % without 48 (75 %).",
        "dense_1: 90.6 % with all 2 filters, 60.0 % without 1 (50 %), 60.0 % without 1 (75 %).",
      ],
    );
    assert.deepEqual(model.ratios, ["−25 %", "−50 %", "−75 %"]);
    assert.deepEqual(model.rows[2], { name: "dense_1", width: "2", cells: ["–", "60.0 %", "60.0 %"] });
    assert.deepEqual(model.left, ["dense_2: The model answers with it."]);
  });

  it("says whether there is more to come", () => {
    const titleOf = (status: "running" | "cancelled", isDone: boolean) => {
      const run = panelRun("r", 0, [], { title: "Filters", status, sensitivity: [{ ...sensitivity, isDone }] });
      return only(sensitivityModels([run])).title;
    };
    assert.equal(titleOf("running", true), "Filters: sensitivity by l2");
    assert.equal(titleOf("running", false), "Filters: sensitivity by l2 (being measured)");
    assert.equal(titleOf("cancelled", false), "Filters: sensitivity by l2 (not finished)");
  });

  it("is drawn where a model bears everything, and before any group is measured", () => {
    const flat = { ...sensitivity, accuracy: 1, groups: [], isDone: false };
    const run = panelRun("r", 0, [], { sensitivity: [flat] });
    const { plots, whole, caption } = only(sensitivityModels([run]));
    assert.deepEqual(plots, []);
    assert.ok(Number.isFinite(whole));
    assert.match(caption, / from 90 % to 100 %, /);
  });
});
