import assert from "node:assert/strict";
import type { Dataset, Scaling, Split } from "../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { candidateScalings } from "../../../src/pruning/data/scaling.ts";
import type { LoadedModel } from "../../../src/pruning/engine/engine.ts";
import { steadiestScaling } from "../../../src/pruning/engine/steadiestScaling.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { corpus } from "../../support/corpus.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";
import { withEngine } from "./backends.ts";

/** The byte that a scaling has made a number of. */
function byteOf(value: number, scaling: Scaling): number {
  switch (scaling.name) {
    case "x/255":
      return value * 255;
    case "x/127.5-1":
      return (value + 1) * 127.5;
    case "raw":
      return value;
    case "mean-std":
      return (value * (scaling.std[0] as number) + (scaling.mean[0] as number)) * 255;
  }
}

/** The same model as if it had been trained on numbers of another scaling than x/255. */
const trainedOn = (scaling: Scaling, loaded: LoadedModel): LoadedModel => ({
  ...loaded,
  predict: (values, shape, wanted) =>
    loaded.predict(
      values.map((value) => byteOf(value, scaling) / 255),
      shape,
      wanted,
    ),
});

const bare = ({ count, images }: Split): Split => ({ count, images });

describe("steadiestScaling", function () {
  this.timeout(120_000);

  /** Checks that a model trained on x/255 gets the scaling that it is made to want, whichever that is. */
  async function findsEach(test: Mocha.Context, path: string, dataset: Dataset) {
    const model = await readModel(path);
    await withEngine(test, "wasm", async (engine) => {
      const loaded = await engine.load(model);
      const fit = fitToInput(dataset, loaded.inputs[0]?.shape ?? []);
      const candidates = candidateScalings(dataset);
      for (const wanted of candidates) {
        const split = bare(dataset.train as Split);
        const found = await steadiestScaling(trainedOn(wanted, loaded), split, dataset, fit, candidates, {
          examples: 200,
        });
        assert.equal(found.scaling, wanted, JSON.stringify(found.trials));
        for (const { steadiness, examples } of found.trials) {
          assert.ok(steadiness <= Math.log(10) + 1e-6);
          assert.equal(examples, 200);
        }
      }
      loaded.dispose();
    });
  }

  it("finds each scaling that the sample model can be made to want, without a label", async function () {
    await findsEach(this, sampleModel, await readDataset(sampleData));
  });

  it("finds each for a network of dense layers by others", async function () {
    const path = corpus(this, "models", "fashion-mlp-4tsu", "model.json");
    await findsEach(this, path, await readDataset(corpus(this, "data", "fashion-mnist")));
  });
});
