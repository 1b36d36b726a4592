import assert from "node:assert/strict";
import { describeSensitivity } from "../../../src/cli/sensitivity.ts";
import type { SensitivityAnalysis } from "../../../src/pruning/runs/run.ts";

const analysis: SensitivityAnalysis = {
  place: "0",
  label: "sensitivity by l2",
  criterion: "l2",
  images: 1000,
  accuracy: 0.992,
  loss: 0.03,
  ratios: [0.1, 0.5],
  groups: [
    { name: "conv1", layers: ["conv1"], channels: 4, points: [{ ratio: 0.5, removed: 2, accuracy: 0.9, loss: 0.4 }] },
    {
      name: "conv2",
      layers: ["conv2", "shortcut"],
      channels: 1024,
      points: [
        { ratio: 0.1, removed: 102, accuracy: 0.992, loss: 0.03 },
        { ratio: 0.5, removed: 512, accuracy: 0.98, loss: 0.1 },
      ],
    },
  ],
  left: [{ name: "output", reason: "The model answers with it." }],
  isDone: true,
};

describe("sensitivity in a terminal", () => {
  it("is a row a group and a column a share, with what was not measured", () => {
    assert.equal(
      describeSensitivity(analysis),
      [
        "sensitivity by l2: accuracy on 1,000 validation images without a share of the filters of one row alone; 99.2 % with all.",
        "Layers           Filters   −10 %   −50 %",
        "conv1                  4       –  90.0 %",
        "conv2, shortcut    1,024  99.2 %  98.0 %",
        "output is not measured: The model answers with it.",
      ].join("\n"),
    );
  });

  it("says that it is not finished", () => {
    assert.match(
      describeSensitivity({ ...analysis, isDone: false }),
      /^sensitivity by l2 \(not finished\): accuracy on /,
    );
  });
});
