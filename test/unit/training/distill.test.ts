import assert from "node:assert/strict";
import type { Split } from "../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { spread } from "../../../src/pruning/data/split.ts";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { evaluate } from "../../../src/pruning/engine/evaluate.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { magnitude } from "../../../src/pruning/methods/magnitude.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import type { TrainingData } from "../../../src/pruning/training/batches.ts";
import { type DistillContext, distill } from "../../../src/pruning/training/distill.ts";
import { fineTune } from "../../../src/pruning/training/fineTune.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { cnn, dataOf, modelOf, quadrants, sparse, zerosOf } from "./tiny.ts";

const train = dataOf(quadrants(48, 1));
const validation = dataOf(quadrants(24, 2));

const contextOn = (engine: Engine, original: Model, more: Partial<DistillContext> = {}): DistillContext => ({
  engine,
  network: networkOf(original),
  original,
  train,
  validation,
  seed: 1,
  progress: () => {},
  ...more,
});

async function accuracyOf(engine: Engine, model: Model, { split, fit, scaling }: TrainingData): Promise<number> {
  const loaded = await engine.load(model);
  try {
    return (await evaluate(loaded, split, fit, scaling)).accuracy;
  } finally {
    loaded.dispose();
  }
}

/** The same images, every label another. */
const mislabelled = (data: TrainingData): TrainingData => ({
  ...data,
  split: { ...data.split, labels: (data.split.labels as Uint8Array).map((label) => (label + 1) % 4) },
});

describe("distilling", function () {
  this.timeout(120_000);

  /** A model that has learned the quadrants, and what is left of it after pruning. */
  async function teacherAndPupil(engine: Engine) {
    const start = await modelOf(cnn());
    const options = { epochs: 6, batchSize: 8, learningRate: 0.1 };
    const { model: original } = await fineTune(start, options, contextOn(engine, start));
    return { original, pruned: sparse(original, 0.6) };
  }

  it("never looks at a label: wrong ones give the same model, byte for byte", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const { original, pruned } = await teacherAndPupil(engine);
      const options = { epochs: 2, batchSize: 8, learningRate: 0.03 };
      const right = await withoutLeak(() => distill(pruned, options, contextOn(engine, original)));
      const wrong = await distill(
        pruned,
        options,
        contextOn(engine, original, { train: mislabelled(train), validation: mislabelled(validation) }),
      );
      assert.deepEqual(wrong, right);
      assert.notDeepEqual(right.model, pruned);
      assert.deepEqual(zerosOf(right.model), zerosOf(pruned));
    });
  });

  it("validates agreement with the unpruned model, not accuracy", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const { original } = await teacherAndPupil(engine);
      const context = contextOn(engine, original, { validation: mislabelled(validation) });
      const { notes, model } = await distill(original, { steps: 2, learningRate: 1e-9 }, context);
      assert.match(
        notes[0] ?? "",
        /^Distilling, 2 of 2 steps: agreement with the unpruned model from 100 % to 100 %, /,
      );
      assert.ok((await accuracyOf(engine, model, context.validation)) < 0.3);
    });
  });

  it("takes its share of labels, all of them at 1, where it is fine-tuning", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const { original, pruned } = await teacherAndPupil(engine);
      const options = { epochs: 2, batchSize: 8, learningRate: 0.03 };
      const context = contextOn(engine, original);
      const labelled = await distill(pruned, { ...options, labels: 1 }, context);
      assert.deepEqual(labelled.model, (await fineTune(pruned, options, context)).model);
      assert.match(labelled.notes[0] ?? "", /validation accuracy/);
      const misled = await distill(
        pruned,
        { ...options, labels: 0.5 },
        { ...context, train: mislabelled(train), validation: mislabelled(validation) },
      );
      assert.notDeepEqual(misled.model, (await distill(pruned, { ...options, labels: 0.5 }, context)).model);
    });
  });

  it("brings a sample model back from 95 % sparsity without a label", async function () {
    const original = await readModel(sampleModel);
    const network = networkOf(original);
    const dataset = await readDataset(sampleData);
    const fit = fitToInput(dataset, network.inputs[0]?.shape ?? []);
    const unlabelled = ({ count, images }: Split): Split => ({ count, images });
    const dataFor = (split: Split): TrainingData => ({
      height: 28,
      width: 28,
      channels: 1,
      split,
      fit,
      scaling: { name: "x/255" },
    });
    await withEngine(this, "tensorflow", async (engine) => {
      const pruned = await magnitude(original, { sparsity: 0.95 }, { network });
      const images = spread(dataset.train as Split, 4000);
      const test = dataFor(spread(dataset.test as Split, 1000));
      const context = contextOn(engine, original, {
        train: dataFor(unlabelled(images)),
        validation: dataFor(unlabelled(spread(images, 300))),
      });
      const distilled = await distill(pruned.model, { epochs: 1, learningRate: 0.002 }, context);
      const [whole, before, after] = [
        await accuracyOf(engine, original, test),
        await accuracyOf(engine, pruned.model, test),
        await accuracyOf(engine, distilled.model, test),
      ];
      assert.ok(whole > 0.985 && before < 0.9, `${whole} and ${before}`);
      assert.ok(after - before > 0.8 * (whole - before), `${before} to ${after}, ${whole} before pruning`);
      assert.deepEqual(zerosOf(distilled.model), zerosOf(pruned.model));
    });
  });
});
