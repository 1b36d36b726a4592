import assert from "node:assert/strict";
import { filterText, filterTooltip } from "../../../../src/extension/views/layers/filterItem.ts";
import {
  headText,
  moreText,
  reasonText,
  sizeText,
  unrankedText,
} from "../../../../src/extension/views/layers/items.ts";
import { formatShape, layerText, layerTooltip, sparsityBar } from "../../../../src/extension/views/layers/layerItem.ts";
import { l2 } from "../../../../src/pruning/criteria/norms.ts";
import type { GroupInspection, LayerInspection } from "../../../../src/pruning/metrics/inspection.ts";

describe("extension/views/layers/items", () => {
  const conv: LayerInspection = {
    name: "conv2d_1",
    type: "Conv2D",
    outputShape: [null, 26, 26, 32],
    parameters: 9248,
    macs: 6_230_016,
    sparsity: 0.625,
    prunable: true,
  };
  const free = { ties: [], excluded: false };
  const group: GroupInspection = {
    name: "conv2d",
    makers: ["conv2d", "conv2d_1", "conv2d_2"],
    followers: ["norm"],
    readers: ["dense"],
    channels: 32,
    free: 32,
  };
  const locked = { ...group, makers: ["conv2d_1"], free: 0, locked: 'Layer "conv2d_1" gives these channels out.' };
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

  it("puts sparsity, type, shape, parameters and MACs beside a layer's name", () => {
    const text = layerText(conv, free);
    assert.equal(text.label, "conv2d_1");
    assert.equal(text.description, "▰▰▰▱▱ 62.5 % · Conv2D · 26×26×32 · 9.25 k params · 6.23 M MACs");
    assert.equal(text.spoken, "conv2d_1, 62.5 % sparse, Conv2D, 26×26×32, 9.25 k params, 6.23 M MACs");
  });

  it("draws sparsity as a bar that is empty only at 0, and full only at 1", () => {
    const bars = [0, 0.001, 0.3, 0.5, 0.7, 0.999, 1].map(sparsityBar);
    assert.deepEqual(bars, ["▱▱▱▱▱", "▰▱▱▱▱", "▰▰▱▱▱", "▰▰▰▱▱", "▰▰▰▰▱", "▰▰▰▰▱", "▰▰▰▰▰"]);
  });

  it("defines every number in the tooltip, as a table", () => {
    const tooltip = layerTooltip(conv, free);
    assert.match(tooltip, /^\*\*conv2d\\_1 \\\(Conv2D\\\)\*\*\n\n\| \| \| \|\n\|:--\|--:\|:--\|\n/);
    assert.match(tooltip, /\| MACs&ensp; \| 6,230,016&ensp; \| multiply\\-adds for one example \|/);
    assert.match(tooltip, /\| Sparsity&ensp; \| 62\\.5 %&ensp; \|/);
  });

  it("leaves out what a layer does not have, and says why it is not pruned", () => {
    const text = layerText(flatten, free);
    assert.equal(text.description, "Flatten · 3136");
    assert.match(layerTooltip(flatten, free), /Not pruned: it has no weights$/);
    assert.equal(text.spoken, "flatten, Flatten, 3136. Not pruned: it has no weights");
    assert.equal(reasonText(flatten).label, "Not pruned: it has no weights");
  });

  it("says which layers a layer goes together with, shortly in its line and in full in the tooltip", () => {
    const tied = { ties: [{ group, makes: true }], excluded: false };
    assert.match(layerText(conv, tied).description, /^▰▰▰▱▱ 62.5 % · with conv2d \+ 1 · Conv2D/);
    assert.match(layerText(conv, tied).spoken, /with conv2d \+ 1/);
    assert.match(
      layerTooltip(conv, tied).replaceAll("\\", ""),
      /Group conv2d: its filters go together with those of conv2d, conv2d_2\.\n\nThey are followed by norm and read by dense\./,
    );
    const norm = { ...flatten, name: "norm", type: "BatchNormalization" };
    const following = { ties: [{ group, makes: false }], excluded: false };
    assert.match(layerText(norm, following).description, /^follows conv2d \+ 2 · BatchNormalization/);
  });

  it("says which layers are locked, and why", () => {
    const held = { ties: [{ group: locked, makes: true }], excluded: false };
    assert.match(layerText(conv, held).description, /62.5 % · locked · Conv2D/);
    const plain = layerTooltip(conv, held).replaceAll("\\", "");
    assert.match(plain, /Locked\. None of them may be removed: layer "conv2d_1" gives these channels out\.$/);
    const part = { ties: [{ group: { ...locked, free: 30 }, makes: true }], excluded: false };
    assert.match(layerTooltip(conv, part).replaceAll("\\", ""), /Locked\. 2 of 32 may not be removed: layer/);
  });

  it("has icons for what is locked, tied, free, and without weights", () => {
    const icon = (ties: Parameters<typeof layerText>[1]["ties"], layer = conv) =>
      layerText(layer, { ties, excluded: false }).icon;
    assert.equal(icon([{ group: locked, makes: true }]), "lock");
    assert.equal(icon([{ group, makes: true }]), "link");
    assert.equal(icon([{ group: { ...group, makers: ["conv2d_1"] }, makes: true }]), "circle-small");
    assert.equal(icon([], flatten), "dash");
  });

  it("says which layers are left out of pruning", () => {
    const text = layerText(conv, { ties: [], excluded: true });
    assert.match(text.description, /62.5 % · left out · Conv2D/);
    assert.match(text.spoken, /left out/);
    assert.match(layerTooltip(conv, { ties: [], excluded: true }), /Left out of pruning: its box is not ticked/);
  });

  it("keeps names that hold Markdown from being read as such", () => {
    const tooltip = layerTooltip({ ...conv, name: "a|b`[c](command:x)" }, free);
    assert.ok(tooltip.startsWith("**a\\|b\\`\\[c\\]\\(command:x\\) "));
  });

  it("writes shapes without the batch", () => {
    assert.equal(formatShape([null, 28, null, 3]), "28×?×3");
    assert.equal(formatShape([1, 10]), "10");
    assert.equal(formatShape([null]), "scalar");
    assert.equal(formatShape(null), "shape unknown");
  });

  describe("of a filter", () => {
    const ranking = { rank: 2, count: 32, total: 4, criterion: l2 };

    it("says rank, score and share", () => {
      const text = filterText(conv, { index: 7, score: 3 }, ranking);
      assert.equal(text.label, "Filter 7");
      assert.equal(text.description, "#2 · 3 · 75 %");
      assert.equal(text.spoken, "Filter 7, rank 2 of 32, L2 norm 3, 75 % of the layer");
      assert.equal(text.icon, "circle-small-filled");
    });

    it("marks the dead, the duplicates and the locked, by an icon and in words", () => {
      const marked = (marks: object) => filterText(conv, { index: 7, score: 3, ...marks }, ranking);
      const dead = marked({ dead: true });
      assert.deepEqual([dead.icon, dead.description], ["circle-slash", "#2 · 3 · 75 % · dead"]);
      const twice = marked({ duplicateOf: 4, locked: true });
      assert.deepEqual([twice.icon, twice.description], ["copy", "#2 · 3 · 75 % · duplicate of filter 4 · locked"]);
      assert.match(twice.spoken, /75 % of the layer, duplicate of filter 4, locked$/);
      assert.equal(marked({ locked: true }).icon, "lock");
    });

    it("speaks of units where there are no filters, and divides by no zero", () => {
      const text = filterText({ ...conv, type: "Dense" }, { index: 0, score: 0 }, { ...ranking, total: 0 });
      assert.equal(text.label, "Unit 0");
      assert.ok(!text.spoken.includes("NaN"));
    });

    it("shows its kernel in the tooltip, with words for those who do not see it", () => {
      const picture = { svg: "<svg/>", words: "9 weights, −1 to 1." };
      const tooltip = filterTooltip(conv, { index: 7, score: 3, dead: true }, ranking, { ties: [], picture });
      assert.match(tooltip, /\| Rank&ensp; \| 2 of 32&ensp; \|/);
      assert.match(tooltip, /Dead: all its weights are zero/);
      assert.ok(tooltip.includes(`](data:image/svg+xml;base64,${Buffer.from("<svg/>").toString("base64")})`));
      assert.ok(tooltip.endsWith("\n\n9 weights, −1 to 1\\."));
      assert.ok(!filterTooltip(conv, { index: 7, score: 3 }, ranking, { ties: [] }).includes("data:"));
    });

    it("says why it is locked", () => {
      const ties = [{ group: locked, makes: true }];
      const tooltip = filterTooltip(conv, { index: 7, score: 3, locked: true }, ranking, { ties });
      assert.match(
        tooltip.replaceAll("\\", ""),
        /Locked: it may not be removed\. Layer "conv2d_1" gives these channels out\.$/,
      );
    });
  });

  it("says where a criterion knows nothing", () => {
    assert.match(unrankedText(l2).label, /^L2 norm says nothing of these filters; rank by another criterion$/);
  });

  it("says how many filters are still to come", () => {
    assert.equal(moreText(10_000, 200, 200).label, "Show 200 more");
    assert.equal(moreText(10_000, 200, 200).description, "9,800 not shown");
    assert.equal(moreText(10_000, 9_900, 200).label, "Show 100 more");
  });

  it("says which model it is, how sparse and how large, and what ranks its filters", () => {
    const model = {
      format: "layers-model",
      parameters: 101_770,
      nonZero: 1,
      bytes: 407_080,
      sparsity: 0.6,
      layers: [],
    } as const;
    assert.equal(headText("mlp", { ...model, macs: null }), "mlp · 60 % sparse");
    assert.equal(sizeText({ ...model, macs: 101_632 }, l2), "101,770 params · 102 k MACs · ranked by L2 norm");
    assert.equal(sizeText({ ...model, macs: null }, l2), "101,770 params · ranked by L2 norm");
  });
});
