import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { evaluate } from "../../../src/pruning/engine/evaluate.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { magnitude } from "../../../src/pruning/methods/magnitude.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { writeModel } from "../../../src/pruning/model/write.ts";
import { fineTune } from "../../../src/pruning/training/fineTune.ts";
import type { TrainingOptions } from "../../../src/pruning/training/options.ts";
import { useFolders } from "../../support/folders.ts";
import { zerosInFiles } from "../../support/storedZeros.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { contextOn, train, validation } from "./context.ts";
import {
  cnn,
  dataOf,
  everyBackend,
  fixedBatch,
  modelOf,
  placed,
  sparse,
  storedAs,
  trainingBackends,
  valuesOf,
  zerosOf,
} from "./tiny.ts";

async function answersOf(engine: Engine, model: Model) {
  const loaded = await engine.load(model);
  try {
    return await evaluate(loaded, validation.split, validation.fit, validation.scaling);
  } finally {
    loaded.dispose();
  }
}

const optimizers: Readonly<Record<string, TrainingOptions>> = {
  adam: { optimizer: "adam", learningRate: 0.1 },
  adamw: { optimizer: "adamw", learningRate: 0.1, weightDecay: 0.05 },
  sgd: { optimizer: "sgd", learningRate: 0.5, momentum: 0, weightDecay: 0.01 },
  momentum: { optimizer: "sgd", learningRate: 0.1, nesterov: false },
  nesterov: { optimizer: "sgd", learningRate: 0.1, weightDecay: 0.01 },
};

for (const backend of everyBackend) {
  describe(`fine-tuning on ${backend}`, function () {
    this.timeout(60_000);

    for (const [title, options] of Object.entries(optimizers)) {
      it(`with ${title} learns, and leaves exactly the zeros that were there`, async function () {
        await withEngine(this, backend, async (engine) => {
          const model = sparse(await modelOf(cnn()), 0.5);
          const tuned = await fineTune(model, { ...options, epochs: 4, batchSize: 8 }, contextOn(engine, model));
          assert.equal(tuned.ended, undefined);
          const [before, after] = [await answersOf(engine, model), await answersOf(engine, tuned.model)];
          assert.ok(after.accuracy > before.accuracy + 0.2, `${before.accuracy} to ${after.accuracy}`);
          assert.deepEqual(zerosOf(tuned.model), zerosOf(model));
          for (const name of model.weights.keys()) {
            assert.notDeepEqual(valuesOf(tuned.model, name), valuesOf(model, name), `${name} was trained`);
          }
        });
      });
    }
  });
}

for (const backend of trainingBackends) {
  describe(`fine-tuning on ${backend}`, function () {
    this.timeout(60_000);
    const folder = useFolders();

    for (const storage of ["float32", "float16", "uint8"] as const) {
      it(`keeps the zeros of a model stored as ${storage} through writing and reading`, async function () {
        await withEngine(this, backend, async (engine) => {
          const stored = await placed(folder(), storedAs(sparse(await modelOf(cnn()), 0.2), storage));
          const { model } = await magnitude(stored, { sparsity: 0.6 }, { network: networkOf(stored) });
          const options = { epochs: 2, batchSize: 8, learningRate: 0.1 };
          const tuned = await fineTune(model, options, contextOn(engine, model));
          const paths = await Promise.all([
            writeModel(model, join(folder(), "before")),
            writeModel(tuned.model, join(folder(), "after")),
          ]);
          const [before, after] = await Promise.all(paths.map((path) => readModel(path)));
          assert.ok(before && after);
          assert.deepEqual(zerosOf(after), zerosOf(before));
          assert.deepEqual(zerosInFiles(paths[1] as string), zerosInFiles(paths[0] as string));
          assert.deepEqual(
            [...after.weights.values()].map(({ quantization }) => quantization?.dtype),
            [...stored.weights.values()].map(({ quantization }) => quantization?.dtype),
          );
          const [was, is] = [await answersOf(engine, before), await answersOf(engine, after)];
          assert.ok(is.accuracy > was.accuracy, `${was.accuracy} to ${is.accuracy}`);
        });
      });
    }

    it("gives back the starting weights, byte for byte, where training only destroys", async function () {
      await withEngine(this, backend, async (engine) => {
        const start = sparse(await modelOf(cnn()), 0.3);
        const options = { epochs: 4, batchSize: 8, learningRate: 0.1 };
        const good = storedAs((await fineTune(start, options, contextOn(engine, start))).model, "uint8");
        const ruinous: TrainingOptions = { epochs: 1, batchSize: 8, optimizer: "sgd", learningRate: 50 };
        const { model, notes } = await fineTune(good, ruinous, contextOn(engine, good));
        assert.deepEqual(model, good);
        assert.match(notes.join(" "), /no step was better than none\.$/);
      });
    });

    it("keeps the best epoch's weights, not the last's", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const options: TrainingOptions = { epochs: 8, batchSize: 8, learningRate: 0.1, decay: "constant" };
        const { model: tuned, notes } = await fineTune(model, options, contextOn(engine, model));
        const { accuracy } = await answersOf(engine, tuned);
        const [, from, to, step] = /from (\S+) % to (\S+) %, best after step (\d+)\./.exec(notes[0] ?? "") ?? [];
        assert.equal(to, `${Number((100 * accuracy).toFixed(1))}`);
        assert.equal(from, `${Number((100 * (await answersOf(engine, model)).accuracy).toFixed(1))}`);
        // The same way stopped there ends with the same weights: the learning rate is constant.
        const shorter = await fineTune(model, { ...options, epochs: Number(step) / 6 }, contextOn(engine, model));
        assert.match(shorter.notes[0] ?? "", new RegExp(`best after step ${step}\\.`));
        for (const name of model.weights.keys()) {
          const [a, b] = [valuesOf(tuned, name), valuesOf(shorter.model, name)];
          assert.ok(
            a.every((value, i) => Math.abs(value - (b[i] as number)) < 1e-4),
            name,
          );
        }
      });
    });

    it("keeps the last weights where that is asked for, though training only destroys", async function () {
      await withEngine(this, backend, async (engine) => {
        const start = sparse(await modelOf(cnn()), 0.3);
        const { model: good } = await fineTune(
          start,
          { epochs: 4, batchSize: 8, learningRate: 0.1 },
          contextOn(engine, start),
        );
        const ruinous: TrainingOptions = { epochs: 1, batchSize: 8, learningRate: 3, keep: "last" };
        const { model, notes } = await fineTune(good, ruinous, contextOn(engine, good));
        assert.match(notes[0] ?? "", /as asked, the last weights are kept\.$/);
        assert.ok((await answersOf(engine, model)).loss > (await answersOf(engine, good)).loss);
        assert.deepEqual(zerosOf(model), zerosOf(good));
      });
    });

    it("is the same for the same seed, and another for another", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const kernel = async (seed: number) => {
          const options = { steps: 12, batchSize: 8, learningRate: 0.1, flip: true, shift: 1 };
          return valuesOf((await fineTune(model, options, contextOn(engine, model, { seed }))).model, "head/kernel");
        };
        const [once, again, other] = [await kernel(1), await kernel(1), await kernel(2)];
        assert.ok(once.every((value, i) => Math.abs(value - (again[i] as number)) <= 1e-6));
        assert.notDeepEqual(once, other);
        assert.notDeepEqual(once, valuesOf(model, "head/kernel"));
      });
    });

    it("follows its schedule step by step, and draws what is random anew at each", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const seen: { rate: number; seed: number }[] = [];
        const watched: Engine = {
          ...engine,
          async train(of, how) {
            const trainer = await engine.train(of, how);
            return {
              ...trainer,
              step(batch, rate, seed) {
                seen.push({ rate, seed });
                return trainer.step(batch, rate, seed);
              },
            };
          },
        };
        const schedule = { learningRate: 0.2, warmup: 0.25, decay: "step" } as const;
        await fineTune(model, { ...schedule, epochs: 2, batchSize: 12 }, contextOn(watched, model));
        assert.equal(new Set(seen.map(({ seed }) => seed)).size, 8);
        const expected = [0.1, 0.2, 0.2, 0.2, 0.2, 0.02, 0.02, 0.002];
        assert.deepEqual(
          seen.map(({ rate }) => Number(rate.toFixed(6))),
          expected,
        );
      });
    });

    it("trains a model that takes only batches of one size", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf([fixedBatch(4), ...cnn().slice(1)]);
        const fixed = { train: dataOf(train.split, [4, 6, 6, 2]), validation: dataOf(validation.split, [4, 6, 6, 2]) };
        const context = contextOn(engine, model, fixed);
        const { notes, ended } = await fineTune(model, { epochs: 2, batchSize: 8, learningRate: 0.1 }, context);
        assert.equal(ended, undefined);
        assert.match(notes.join(" "), /^The model takes only batches of 4\. Fine-tuning, 24 of 24 steps: /);
        assert.match(notes.join(" "), /best after step/);
      });
    });

    it("tells loss and accuracy of its last batches, and the best validation, at every step", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const outcomes: { loss: number; accuracy: number }[] = [];
        const watched: Engine = {
          ...engine,
          async train(of, how) {
            const trainer = await engine.train(of, how);
            return {
              ...trainer,
              async step(...args) {
                const outcome = await trainer.step(...args);
                outcomes.push(outcome);
                return outcome;
              },
            };
          },
        };
        const messages: string[] = [];
        const progress = (_: number, message: string) => void messages.push(message);
        const options = { epochs: 5, batchSize: 8, learningRate: 0.1 };
        await fineTune(model, options, contextOn(watched, model, { progress }));
        assert.equal(messages.length, 30);
        for (const [i, message] of messages.entries()) {
          const told = /^step (\d+) of 30, loss (\S+), accuracy (\S+) %, validation (\S+) %$/.exec(message);
          assert.ok(told, message);
          const [, step, loss, accuracy] = told.map(Number);
          const group = outcomes.slice(Math.max(0, i - 19), i + 1);
          const mean = (key: "loss" | "accuracy") => group.reduce((sum, each) => sum + each[key], 0) / group.length;
          assert.equal(step, i + 1);
          assert.ok(Math.abs((loss as number) - mean("loss")) < 0.006 * mean("loss"), message);
          assert.ok(Math.abs((accuracy as number) / 100 - mean("accuracy")) < 6e-4, message);
        }
        const last = outcomes.slice(-6).reduce((sum, { accuracy }) => sum + accuracy, 0) / 6;
        assert.ok(last > 0.5 && outcomes.every(({ accuracy }) => accuracy >= 0 && accuracy <= 1), `${last}`);
      });
    });

    it("leaves no tensor behind, epoch for epoch", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const counts: number[] = [];
        await withoutLeak(() =>
          fineTune(
            model,
            { epochs: 4, batchSize: 8 },
            contextOn(engine, model, { progress: () => void counts.push(tf.memory().numTensors) }),
          ),
        );
        assert.equal(counts.length, 24);
        assert.equal(new Set(counts).size, 1, counts.join(" "));
      });
    });
  });
}
