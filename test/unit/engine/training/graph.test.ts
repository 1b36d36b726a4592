import assert from "node:assert/strict";
import { join } from "node:path";
import type { Split } from "../../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../../src/pruning/data/fit.ts";
import { readDataset } from "../../../../src/pruning/data/readDataset.ts";
import { spread } from "../../../../src/pruning/data/split.ts";
import { evaluate } from "../../../../src/pruning/engine/evaluate.ts";
import { kernelsOf } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { magnitude } from "../../../../src/pruning/methods/magnitude.ts";
import { readModel } from "../../../../src/pruning/model/read.ts";
import { fineTune } from "../../../../src/pruning/training/fineTune.ts";
import { corpus } from "../../../support/corpus.ts";
import { sampleData } from "../../../support/samples.ts";
import { zerosOf } from "../../training/tiny.ts";
import { withEngine, withoutLeak } from "../backends.ts";

describe("training a graph model", function () {
  this.timeout(120_000);

  it("lowers the loss of a pruned mnist-lenet-graph-tensorspace, and keeps its zeros and all else", async function () {
    const folder = corpus(this, "models", "mnist-lenet-graph-tensorspace");
    const model = await readModel(join(folder, "model.json"));
    const network = networkOf(model);
    const dataset = await readDataset(sampleData);
    await withEngine(this, "tensorflow", async (engine) => {
      const pruned = await magnitude(model, { sparsity: 0.8 }, { network });
      const fit = fitToInput(dataset, network.inputs[0]?.shape ?? []);
      const data = (split: Split) => ({
        height: 28,
        width: 28,
        channels: 1,
        split,
        fit,
        scaling: { name: "x/255" } as const,
      });
      const context = {
        engine,
        network,
        train: data(spread(dataset.train as Split, 2000)),
        validation: data(spread(dataset.test as Split, 500)),
        seed: 1,
        progress: () => {},
      };
      const tuned = await withoutLeak(() =>
        fineTune(pruned.model, { epochs: 1, batchSize: 50, learningRate: 0.003 }, context),
      );
      const lossOf = async (which: typeof model) => {
        const loaded = await engine.load(which);
        const { split, scaling } = context.validation;
        const { loss } = await evaluate(loaded, split, fit, scaling);
        loaded.dispose();
        return loss;
      };
      const [before, after] = [await lossOf(pruned.model), await lossOf(tuned.model)];
      assert.ok(after < before / 2, `${before} to ${after}`);
      const zeros = zerosOf(pruned.model);
      for (const { name } of network.layers.flatMap(kernelsOf)) {
        assert.equal(zerosOf(tuned.model)[name], zeros[name], name);
      }
      const trained = new Set(network.layers.flatMap((layer) => layer.weights).map(({ name }) => name));
      for (const [name, weight] of model.weights) {
        if (!trained.has(name)) assert.equal(tuned.model.weights.get(name), weight, `${name} is no weight of a layer`);
      }
    });
  });
});
