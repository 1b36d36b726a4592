import assert from "node:assert/strict";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { candidateScalings } from "../../../src/pruning/data/scaling.ts";
import { take } from "../../../src/pruning/data/split.ts";
import { chooseScaling } from "../../../src/pruning/engine/chooseScaling.ts";
import type { BackendName } from "../../../src/pruning/engine/engine.ts";
import { evaluate } from "../../../src/pruning/engine/evaluate.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { corpus } from "../../support/corpus.ts";
import { withEngine } from "./backends.ts";

interface Published {
  readonly model: string;
  readonly data: string;
  readonly scaling: string;
  /** Of all 10,000 test images, to the digits published. */
  readonly accuracy: number;
  readonly backend: BackendName;
  /** How many test images to run, and how far their accuracy may then lie from the published one. */
  readonly examples: number;
  readonly tolerance: number;
}

const all = { examples: 10_000, tolerance: 0.00005 };
/** Two and a half standard deviations of a sample's accuracy. */
const sample = (accuracy: number, examples: number) => ({
  examples,
  tolerance: 2.5 * Math.sqrt((accuracy * (1 - accuracy)) / examples),
});

/** Measured by the authors of the corpus on tfjs's own, on other code than this. */
const published: Published[] = [
  {
    model: "mnist-lenet-tensorspace/mnist.json",
    data: "mnist",
    scaling: "x/255",
    accuracy: 0.9764,
    backend: "wasm",
    ...all,
  },
  {
    model: "mnist-mlp-k215-tanish/model.json",
    data: "mnist",
    scaling: "x/255",
    accuracy: 0.9753,
    backend: "wasm",
    ...all,
  },
  {
    model: "mnist-lenet-graph-tensorspace/model.json",
    data: "mnist",
    scaling: "x/255",
    accuracy: 0.9636,
    backend: "wasm",
    ...all,
  },
  {
    model: "mnist-graph-mlp-subhadip/model.json",
    data: "mnist",
    scaling: "x/255",
    accuracy: 0.9728,
    backend: "wasm",
    ...all,
  },
  {
    model: "fashion-mlp-4tsu/model.json",
    data: "fashion-mnist",
    scaling: "x/255",
    accuracy: 0.8758,
    backend: "wasm",
    ...all,
  },
  {
    model: "mnist-tfjs-cnn-zz632/model.json",
    data: "mnist",
    scaling: "x/255",
    accuracy: 0.9821,
    backend: "wasm",
    ...sample(0.9821, 1000),
  },
  {
    model: "fashion-vggbn-mawais/model.json",
    data: "fashion-mnist",
    scaling: "x/255",
    accuracy: 0.9064,
    backend: "wasm",
    ...sample(0.9064, 500),
  },
  {
    model: "cifar10-tfjs-cnn-zz632/model.json",
    data: "cifar10",
    scaling: "x/255",
    accuracy: 0.6891,
    backend: "wasm",
    ...sample(0.6891, 500),
  },
  {
    model: "fashion-vggbn-mawais/model.json",
    data: "fashion-mnist",
    scaling: "x/255",
    accuracy: 0.9064,
    backend: "tensorflow",
    ...all,
  },
  {
    model: "cifar10-tfjs-cnn-zz632/model.json",
    data: "cifar10",
    scaling: "x/255",
    accuracy: 0.6891,
    backend: "tensorflow",
    ...sample(0.6891, 2000),
  },
  {
    model: "../../models/cifar10-resnet20/model.json",
    data: "cifar10",
    scaling: "mean-std",
    accuracy: 0.8584,
    backend: "tensorflow",
    ...sample(0.8584, 1000),
  },
];

describe("Published accuracies, the scaling found by itself", function () {
  this.timeout(120_000);
  for (const { model, data, scaling, accuracy, backend, examples, tolerance } of published) {
    it(`${model} on ${backend}: ${(accuracy * 100).toFixed(2)} %`, async function () {
      const path = corpus(this, "models", ...model.split("/"));
      const dataset = await readDataset(corpus(this, "data", data));
      await withEngine(this, backend, async (engine) => {
        const loaded = await engine.load(await readModel(path));
        const fit = fitToInput(dataset, loaded.inputs[0]?.shape ?? []);
        assert.ok(dataset.train && dataset.test);
        const choice = await chooseScaling(loaded, dataset.train, fit, candidateScalings(dataset), { examples: 200 });
        assert.equal(choice.scaling.name, scaling);
        const result = await evaluate(loaded, take(dataset.test, examples), fit, choice.scaling);
        assert.equal(result.examples, examples);
        assert.ok(
          Math.abs(result.accuracy - accuracy) <= tolerance,
          `${result.accuracy} is not ${accuracy} ± ${tolerance}`,
        );
        loaded.dispose();
      });
    });
  }
});
