import assert from "node:assert/strict";
import {
  filterText,
  formatShape,
  headText,
  layerText,
  moreText,
  reasonText,
  sizeText,
} from "../../../../src/extension/views/layers/items.ts";
import { l2 } from "../../../../src/pruning/criteria/norms.ts";
import type { LayerInspection } from "../../../../src/pruning/metrics/inspection.ts";

describe("extension/views/layers/items", () => {
  const conv: LayerInspection = {
    name: "conv2d_1",
    type: "Conv2D",
    outputShape: [null, 26, 26, 32],
    parameters: 9248,
    macs: 6_230_016,
    sparsity: 0.625,
    prunable: true,
    filters: [
      { index: 7, score: 3 },
      { index: 2, score: 1 },
      { index: 0, score: 0 },
    ],
  };
  const flatten: LayerInspection = {
    name: "flatten",
    type: "Flatten",
    outputShape: [null, 3136],
    parameters: 0,
    macs: 0,
    sparsity: 0,
    prunable: false,
    reason: "it has no weights",
  };

  it("puts type, shape, parameters, MACs and sparsity beside a layer's name", () => {
    const text = layerText(conv);
    assert.equal(text.label, "conv2d_1");
    assert.equal(text.description, "62.5 % sparse · Conv2D · 26×26×32 · 9.25 k params · 6.23 M MACs");
    assert.equal(text.spoken, "conv2d_1, 62.5 % sparse, Conv2D, 26×26×32, 9.25 k params, 6.23 M MACs");
  });

  it("defines every number in the tooltip, as a table", () => {
    const { tooltip } = layerText(conv);
    assert.match(tooltip, /^\*\*conv2d\\_1 \\\(Conv2D\\\)\*\*\n\n\| \| \| \|\n\|:--\|--:\|:--\|\n/);
    assert.match(tooltip, /\| MACs\u2002 \| 6,230,016\u2002 \| multiply\\-adds for one example \|/);
    assert.match(tooltip, /\| Sparsity\u2002 \| 62\\.5 %\u2002 \|/);
  });

  it("leaves out what a layer does not have, and says why it is not pruned", () => {
    const text = layerText(flatten);
    assert.equal(text.description, "Flatten · 3136");
    assert.match(text.tooltip, /Not pruned: it has no weights$/);
    assert.equal(text.spoken, "flatten, Flatten, 3136. Not pruned: it has no weights");
    assert.equal(reasonText(flatten).label, "Not pruned: it has no weights");
  });

  it("fills the icon as the layer empties", () => {
    const icons = [0, 0.5, 1].map((sparsity) => layerText({ ...conv, sparsity }).icon);
    assert.deepEqual(icons, ["circle-large-outline", "color-mode", "circle-large-filled"]);
    assert.equal(layerText(flatten).icon, "dash");
  });

  it("keeps names that hold Markdown from being read as such", () => {
    const { tooltip } = layerText({ ...conv, name: "a|b`[c](command:x)" });
    assert.ok(tooltip.startsWith("**a\\|b\\`\\[c\\]\\(command:x\\) "));
  });

  it("writes shapes without the batch", () => {
    assert.equal(formatShape([null, 28, null, 3]), "28×?×3");
    assert.equal(formatShape([1, 10]), "10");
    assert.equal(formatShape([null]), "scalar");
    assert.equal(formatShape(null), "shape unknown");
  });

  it("ranks filters with score and share", () => {
    const ranking = (rank: number) => ({ rank, count: 3, total: 4, criterion: l2 });
    const [best, , dead] = conv.filters ?? [];
    assert.ok(best && dead);
    const text = filterText(conv, best, ranking(1));
    assert.equal(text.label, "Filter 7");
    assert.equal(text.description, "3 · 75 %");
    assert.equal(text.spoken, "Filter 7, rank 1 of 3, L2 norm 3, 75 % of the layer");
    assert.match(text.tooltip, /\| Rank\u2002 \| 1 of 3\u2002 \|/);
    assert.equal(filterText(conv, dead, ranking(3)).description, "0 · all its weights are zero");
  });

  it("speaks of units where there are no filters, and divides by no zero", () => {
    const dense = { ...conv, type: "Dense" };
    const text = filterText(dense, { index: 0, score: 0 }, { rank: 1, count: 1, total: 0, criterion: l2 });
    assert.equal(text.label, "Unit 0");
    assert.ok(!text.spoken.includes("NaN"));
  });

  it("says how many filters are still to come", () => {
    const wide = { ...conv, filters: Array.from({ length: 10_000 }, (_, index) => ({ index, score: 1 })) };
    assert.equal(moreText(wide, 200, 200).label, "Show 200 more");
    assert.equal(moreText(wide, 200, 200).description, "9,800 not shown");
    assert.equal(moreText(wide, 9_900, 200).label, "Show 100 more");
  });

  it("says which model it is, how sparse and how large", () => {
    const model = {
      format: "layers-model",
      parameters: 101_770,
      nonZero: 1,
      bytes: 407_080,
      sparsity: 0.6,
      layers: [],
    } as const;
    assert.equal(headText("mlp", { ...model, macs: null }), "mlp · 60 % sparse");
    assert.equal(sizeText({ ...model, macs: 101_632 }), "101,770 params · 102 k MACs");
    assert.equal(sizeText({ ...model, macs: null }), "101,770 params");
  });
});
