import assert from "node:assert/strict";
import type { Layer, LayerWeight, Network } from "../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { countWeights, sparsityOf } from "../../../src/pruning/metrics/counts.ts";
import { inspect } from "../../../src/pruning/metrics/inspect.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { weightsInBrowser } from "../../support/browser.ts";
import { corpus, hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { useFolders } from "../../support/folders.ts";
import { bool, float32, int32, placeModel, quantized, strings } from "../../support/modelFiles.ts";
import { tinyGraphModel, tinyLayersModel } from "../../support/tinyModels.ts";

const networkOfLayers = (layers: readonly Layer[]): Network => ({ inputs: [], outputs: [], layers });

function layer(name: string, macs: number | null, weights: readonly LayerWeight[]): Layer {
  const prunable = weights.some(({ role }) => role === "kernel");
  return { name, type: "Op", outputShape: null, macs, weights, prunable };
}

describe("counting weights", () => {
  const folder = useFolders();

  it("counts a small model as one does by hand", async () => {
    const model = await readModel(placeModel(folder(), tinyLayersModel));
    const counts = countWeights(model, networkOf(model));
    // 3 × 4 and 4 × 2 weights, of which one is zero; 4 and 2 biases, of which one is zero.
    const { layers, ...totals } = counts;
    assert.deepEqual(totals, {
      parameters: 26,
      nonZero: 24,
      prunable: 20,
      prunableNonZero: 19,
      macs: 20,
      effectiveMacs: 19,
    });
    assert.deepEqual(
      layers.map(({ layer, ...each }) => ({ name: layer.name, ...each })).filter(({ parameters }) => parameters > 0),
      [
        { name: "hidden", parameters: 16, prunable: 12, prunableNonZero: 11 },
        { name: "output", parameters: 10, prunable: 8, prunableNonZero: 8 },
      ],
    );
  });

  it("counts floating-point weights, and no optimiser's, no whole numbers, no strings", async () => {
    const slot = float32("slot", [4], [1, 1, 1, 1]);
    const weights = [
      float32("kernel", [2, 2], [1, 0, -0, Number.NaN]),
      quantized("codes", [3], Uint8Array.of(3, 4, 3), 0.1, Math.fround(-0.3)),
      float32("statistics", [2], [0, 1]),
      { ...slot, entry: { ...slot.entry, group: "optimizer" } },
      int32("indices", [3], [0, 1, 2]),
      bool("flags", [2], [0, 1]),
      strings("words", [1], ["a"]),
    ];
    const model = await readModel(placeModel(folder(), { groups: [{ weights }] }));
    const network = networkOfLayers([
      layer("conv", 100, [
        { name: "kernel", role: "kernel" },
        { name: "indices", role: "constant" },
      ]),
      layer("dense", 10, [{ name: "codes", role: "kernel" }]),
      layer("bn", 0, [{ name: "statistics", role: "state" }]),
    ]);
    const { layers, ...totals } = countWeights(model, network);
    assert.deepEqual(totals, {
      parameters: 4 + 3 + 2,
      nonZero: 2 + 1 + 1,
      prunable: 7,
      prunableNonZero: 3,
      macs: 110,
      effectiveMacs: 50 + 3,
    });
    assert.deepEqual(
      layers.map(({ parameters }) => parameters),
      [4, 3, 2],
    );
  });

  it("does not know the multiply-adds of a model where it does not know a layer's", async () => {
    const model = await readModel(placeModel(folder(), tinyGraphModel));
    const network = networkOfLayers([layer("a", 5, [{ name: "kernel", role: "kernel" }]), layer("b", null, [])]);
    const { macs, effectiveMacs, parameters } = countWeights(model, network);
    assert.deepEqual({ macs, effectiveMacs, parameters }, { macs: null, effectiveMacs: null, parameters: 6 });
  });

  it("gives a sparsity against the original, 0 where there is nothing to prune", () => {
    assert.equal(sparsityOf(25, 100), 0.75);
    assert.equal(sparsityOf(100, 100), 0);
    assert.equal(sparsityOf(0, 100), 1);
    assert.equal(sparsityOf(0, 0), 0);
  });

  it("inspects: the same numbers, layer by layer, filters only when asked for", async () => {
    const model = await readModel(placeModel(folder(), tinyLayersModel));
    const inspection = inspect(model, networkOf(model));
    assert.equal(inspection.sparsity, 1 - 19 / 20);
    assert.equal(inspection.parameters, 26);
    const hidden = inspection.layers.find(({ name }) => name === "hidden");
    assert.deepEqual(hidden, {
      name: "hidden",
      type: "Dense",
      outputShape: [null, 4],
      parameters: 16,
      macs: 12,
      sparsity: 1 - 11 / 12,
      prunable: true,
    });
  });
});

describe("counting the weights of the corpus", () => {
  if (!hasCorpus) {
    it("needs the corpus", function () {
      corpus(this, "models");
    });
    return;
  }
  const halvesOf = (model: Model) =>
    [...model.weights.values()].filter((each) => each.quantization?.dtype === "float16");

  for (const { name, path, elements, loads } of corpusTable()) {
    if (!path || !loads) continue;
    it(`${name}: as many as its table says, and as TensorFlow.js decodes`, async () => {
      const model = await readModel(path);
      const { parameters, nonZero, layers } = countWeights(model, networkOf(model));
      let others = 0;
      for (const { dtype, shape } of model.weights.values()) {
        if (dtype !== "float32") others += shape.reduce((product, length) => product * length, 1);
      }
      assert.equal(parameters + others, elements);
      if (model.format === "layers-model") assert.equal(parameters, elements);
      assert.equal(
        layers.reduce((sum, layer) => sum + layer.parameters, 0),
        parameters,
        "each weight belongs to one layer",
      );

      // TensorFlow.js takes seconds to decode a million halves.
      if (halvesOf(model).reduce((sum, { bytes }) => sum + bytes.length / 2, 0) > 5e5) return;
      let expected = 0;
      for (const { dtype, values } of (await weightsInBrowser(path)).values()) {
        if (dtype !== "float32") continue;
        for (const value of values as Float32Array) if (value !== 0) expected++;
      }
      assert.equal(nonZero, expected);
    });
  }
});
