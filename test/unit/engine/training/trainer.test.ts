import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import type { Optimizer, Trainer, TrainerOptions } from "../../../../src/pruning/engine/training/contract.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { classificationOf } from "../../../../src/pruning/metrics/accuracy.ts";
import { type Model, withWeights } from "../../../../src/pruning/model/model.ts";
import { heldAtZero } from "../../../../src/pruning/training/roles.ts";
import {
  batchOf,
  classes,
  cnn,
  everyBackend,
  modelOf,
  plainCnn,
  quadrants,
  sparse,
  trainerOptions,
  valuesOf,
} from "../../training/tiny.ts";
import { withEngine, withoutLeak } from "../backends.ts";
import { dense, floatWeight } from "../models.ts";
import { difference } from "../oracles.ts";

const sgd: Optimizer = { name: "sgd", momentum: 0, nesterov: false, weightDecay: 0 };

async function withTrainer<T>(
  engine: Engine,
  model: Model,
  options: Partial<TrainerOptions>,
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const network = networkOf(model);
  const trainer = await engine.train(model, {
    ...trainerOptions(network, heldAtZero(model, network)),
    ...options,
  });
  try {
    return await use(trainer);
  } finally {
    trainer.dispose();
  }
}

/** Losses of steps `from` to `to`, each on a batch and a seed of its own. */
async function losses(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const each: number[] = [];
  for (let step = from; step < to; step++) each.push((await trainer.step(batchOf(6, step), 0.02, 1000 + step)).loss);
  return each;
}

const weightsOf = async (trainer: Trainer) => Object.fromEntries((await trainer.save()).weights);

/** What draws at random or keeps statistics in training, in layers that take no seed too. */
const resumed = {
  "convolution, batch normalisation and dropout": cnn,
  "noise and dropouts of other kinds": () => [
    tfl.layers.gaussianNoise({ stddev: 0.2, inputShape: [6, 6, 2] }),
    tfl.layers.flatten(),
    dense(8, "hidden", { activation: "selu" }),
    tfl.layers.alphaDropout({ rate: 0.2 }),
    tfl.layers.gaussianDropout({ rate: 0.2 }),
    tfl.layers.dropout({ rate: 0.2, seed: 7 }),
    dense(classes, "head"),
  ],
  "a recurrent layer that drops": () => [
    tfl.layers.reshape({ targetShape: [6, 12], inputShape: [6, 6, 2] }),
    tfl.layers.lstm({
      units: 4,
      dropout: 0.3,
      recurrentDropout: 0.3,
      recurrentInitializer: "glorotUniform",
      name: "lstm",
    }),
    dense(classes, "head", { activation: "softmax" }),
  ],
};

/** All but the recurrent one on WebGPU: hundreds of small kernels, of which SwiftShader compiles each. */
const resumedOn = (backend: (typeof everyBackend)[number]) =>
  Object.entries(resumed).filter(([title]) => backend !== "webgpu" || !title.includes("recurrent"));

for (const backend of everyBackend) {
  describe(`Engine.train on ${backend}`, function () {
    this.timeout(60_000);

    it("moves weights by the gradient of the loss", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(plainCnn());
        const batch = batchOf(5, 1);
        const { labels = [] } = quadrants(5, 1);
        const moved = await withTrainer(engine, model, { optimizer: sgd }, async (trainer) => {
          await trainer.step(batch, 1, 1);
          return (await trainer.save()).weights;
        });
        const lossWith = async (changed: Model) => {
          const loaded = await engine.load(changed);
          const [output] = await loaded.predict(batch.values, batch.shape);
          loaded.dispose();
          return classificationOf(output?.values ?? new Float32Array(), classes, labels).loss;
        };
        for (const [name, { shape }] of model.weights) {
          const values = valuesOf(model, name);
          for (const at of [0, values.length - 1]) {
            const lossAt = (by: number) => {
              const there = values.slice();
              there[at] = (there[at] as number) + by;
              return lossWith(withWeights(model, [floatWeight(name, shape, there)]));
            };
            const slope = ((await lossAt(0.01)) - (await lossAt(-0.01))) / 0.02;
            const step = (values[at] as number) - (moved.get(name)?.[at] as number);
            assert.ok(Math.abs(slope - step) < 1e-3, `${name}[${at}]: ${step}, should be ${slope}`);
          }
        }
      });
    });

    for (const [title, layers] of resumedOn(backend)) {
      it(`resumes with the numbers of never having stopped: ${title}`, async function () {
        await withEngine(this, backend, async (engine) => {
          const model = await modelOf(layers());
          const optimizers: Optimizer[] = [
            { name: "adamw", weightDecay: 0.1 },
            { ...sgd, momentum: 0.9, nesterov: true },
          ];
          const before = tf.memory().numTensors;
          for (const optimizer of optimizers) {
            const [state, expected, after] = await withTrainer(engine, model, { optimizer }, async (trainer) => {
              await losses(trainer, 0, 3);
              const saved = await trainer.save();
              return [saved, await losses(trainer, 3, 6), await weightsOf(trainer)] as const;
            });
            assert.equal(state.step, 3);
            await withTrainer(engine, model, { optimizer }, async (trainer) => {
              await losses(trainer, 0, 1);
              trainer.restore(state);
              const again = await losses(trainer, 3, 6);
              const tolerance = backend === "cpu" ? 0 : 1e-6;
              assert.ok(difference(again, expected) <= tolerance, `${again} instead of ${expected}`);
              for (const [name, values] of Object.entries(await weightsOf(trainer))) {
                assert.ok(difference(values, after[name] ?? []) <= tolerance, name);
              }
            });
          }
          assert.equal(tf.memory().numTensors, before, "tensors are left behind");
        });
      });
    }

    it("draws anew with another seed, and the same with the same", async function () {
      await withEngine(this, backend, async (engine) => {
        for (const [, layers] of resumedOn(backend)) {
          const lossAt = async (seed: number) =>
            withTrainer(engine, await modelOf(layers()), {}, async (trainer) => {
              return (await trainer.step(batchOf(6, 1), 0.1, seed)).loss;
            });
          const { random } = Math;
          const [once, again, other] = [await lossAt(1), await lossAt(1), await lossAt(2)];
          assert.equal(Math.random, random, "the source of all others is as it was");
          assert.ok(Math.abs(once - again) <= 1e-6);
          assert.ok(Math.abs(once - other) > 1e-4, `${once} and ${other}`);
        }
      });
    });

    it("answers between steps as the model does, wherever it normalises", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf([
          tfl.layers.batchNormalization({ axis: 1, inputShape: [6, 6, 2], name: "rows" }),
          tfl.layers.flatten(),
          dense(5, "hidden", { activation: "relu" }),
          tfl.layers.batchNormalization({ name: "units" }),
          dense(classes, "head"),
        ]);
        const { values, shape } = batchOf(3, 1);
        const loaded = await engine.load(model);
        const expected = await loaded.predict(values, shape);
        loaded.dispose();
        const between = await withTrainer(engine, model, {}, (trainer) => trainer.loaded.predict(values, shape));
        assert.ok(difference(between[0]?.values ?? [], expected[0]?.values ?? []) < 1e-5);
      });
    });

    it("keeps masked weights at zero after every step, and lets all others move", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = sparse(await modelOf(cnn()), 0.5);
        const masks = heldAtZero(model, networkOf(model));
        const optimizer: Optimizer = { ...sgd, momentum: 0.9, weightDecay: 0.01 };
        await withTrainer(engine, model, { optimizer }, async (trainer) => {
          for (let step = 0; step < 4; step++) {
            await trainer.step(batchOf(8, step), 0.1, step);
            const { weights, slots } = await trainer.save();
            for (const [name, mask] of masks) {
              for (const values of [weights.get(name), slots.get(`${name}/velocity`)]) {
                assert.deepEqual(
                  values?.map((value) => Number(value === 0)),
                  Float32Array.from(mask),
                  name,
                );
              }
            }
          }
        });
      });
    });

    it("changes nothing, statistics included, when the loss is no number", async function () {
      await withEngine(this, backend, async (engine) => {
        await withTrainer(engine, await modelOf(cnn()), {}, async (trainer) => {
          await losses(trainer, 0, 2);
          const before = await trainer.save();
          const broken = batchOf(6, 1);
          // In the labels, because WASM's kernels, like XNNPACK's, take a NaN under a ReLU for its lower bound.
          broken.targets.labels?.fill(Number.NaN);
          assert.ok(Number.isNaN((await trainer.step(broken, 0.1, 1)).loss));
          assert.deepEqual(await trainer.save(), before);
        });
      });
    });

    it("leaves no tensor behind, step for step", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        await withoutLeak(() =>
          withTrainer(engine, model, {}, async (trainer) => {
            await trainer.step(batchOf(4, 1), 0.1, 1);
            await withoutLeak(async () => {
              await trainer.step(batchOf(4, 2), 0.1, 2);
              await trainer.observe(batchOf(4, 3), 0.5);
              const broken = { ...batchOf(4, 2), targets: { labels: new Float32Array(5) } };
              await assert.rejects(trainer.step(broken, 0.1, 1));
              trainer.restore(await trainer.save());
            });
          }),
        );
      });
    });

    it("trains batch normalisation that lacks its scale or shift as if they were 1 and 0", async function () {
      await withEngine(this, backend, async (engine) => {
        const layersWith = (options: object) =>
          cnn().map((layer) =>
            layer.name === "norm" ? tfl.layers.batchNormalization({ name: "norm", ...options }) : layer,
          );
        const whole = await modelOf(layersWith({ scale: true, center: true }));
        const identity = withWeights(whole, [
          floatWeight("norm/gamma", [3], [1, 1, 1]),
          floatWeight("norm/beta", [3], [0, 0, 0]),
        ]);
        const lacking = await modelOf(layersWith({ scale: false, center: false }));
        const same = withWeights(
          lacking,
          [...lacking.weights.keys()].map((name) => identity.weights.get(name) as never),
        );
        const [expected, actual] = [
          await withTrainer(engine, identity, { optimizer: sgd }, async (trainer) => {
            await trainer.step(batchOf(6, 1), 0.1, 1);
            return weightsOf(trainer);
          }),
          await withTrainer(engine, same, { optimizer: sgd }, async (trainer) => {
            await trainer.step(batchOf(6, 1), 0.1, 1);
            return weightsOf(trainer);
          }),
        ];
        assert.equal(Object.keys(actual).length, 6);
        for (const [name, values] of Object.entries(actual)) {
          assert.ok(difference(values, expected[name] ?? []) < 1e-6, name);
        }
      });
    });
  });
}
