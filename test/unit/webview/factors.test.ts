import assert from "node:assert/strict";
import { type FactorModel, factorModels, histogramSize } from "../../../src/webview/factors.ts";
import { factors, panelRun, threeRuns, withFactors } from "../../support/panelRuns.ts";

const only = (models: readonly FactorModel[]): FactorModel => {
  assert.equal(models.length, 1);
  return models[0] as FactorModel;
};

describe("factors on the page", () => {
  const model = only(factorModels(withFactors.runs));

  it("are there only where a run has some", () => {
    assert.deepEqual(factorModels(threeRuns.runs), []);
  });

  it("stand as bars within the picture, side by side, as high as there are many", () => {
    for (const { bars } of model.histograms) {
      for (const [index, { x, width, height }] of bars.entries()) {
        assert.ok(x >= 0 && x + width <= histogramSize.width + 1e-9 && height > 0 && height <= histogramSize.height);
        const next = bars[index + 1];
        if (next) assert.ok(x + width <= next.x + 1e-9);
      }
    }
    const [first, second] = model.histograms.map(({ bars }) => bars);
    assert.deepEqual(
      first?.map(({ isZero, height }) => [isZero, Math.round((height / histogramSize.height) * 20)]),
      [
        [true, 20],
        [false, 2],
        [false, 4],
        [false, 5],
        [false, 1],
      ],
    );
    // Nothing is zero, and no bar says so.
    assert.deepEqual(
      second?.map(({ isZero }) => isZero),
      [false, false],
    );
  });

  it("say every number in words, and in a table", () => {
    assert.deepEqual(
      model.histograms.map(({ description }) => description),
      [
        "conv2d_1: 20 of 32 are zero, 2 up to 0.07, 4 above 0.63 and up to 0.7, 5 above 0.7 and up to 0.77, 1 above 1.33 and up to 1.4.",
        "conv2d_2, shortcut_2: 0 of 64 are zero, 24 above 0.91 and up to 0.98, 40 above 0.98 and up to 1.05.",
        "dense_1: 1 of 2 is zero, 1 above 0.28 and up to 0.35.",
      ],
    );
    assert.deepEqual(model.ranges, ["above 0 to 0.35", "0.35 to 0.7", "0.7 to 1.05", "1.05 to 1.4"]);
    assert.deepEqual(model.rows[0], { name: "conv2d_1", cells: ["32", "20 (62.5 %)", "2", "4", "5", "1"] });
    assert.match(model.caption, /^Factors, which begin at 1, after 1,200 of 4,000 steps with γ 0\.01235, from 0 /);
  });

  it("say whether there is more to come, and what norms are", () => {
    const titleOf = (status: "running" | "cancelled", step: number) =>
      only(factorModels([panelRun("r", 0, [], { title: "Filters", status, factors: [{ ...factors, step }] })])).title;
    assert.equal(titleOf("running", 4000), "Filters: sss γ auto");
    assert.equal(titleOf("running", 1200), "Filters: sss γ auto (training)");
    assert.equal(titleOf("cancelled", 1200), "Filters: sss γ auto (not finished)");
    const norms = panelRun("r", 0, [], { factors: [{ ...factors, by: "norms", top: 1 }] });
    assert.match(only(factorModels([norms])).caption, /^Norms, as shares of the largest of the same layer, after /);
  });
});
