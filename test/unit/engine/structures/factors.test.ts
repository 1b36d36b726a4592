import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { StructureSelection } from "../../../../src/pruning/engine/structures/contract.ts";
import type { Trainer, TrainerOptions, TrainingBatch } from "../../../../src/pruning/engine/training/contract.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { type Model, withWeights } from "../../../../src/pruning/model/model.ts";
import { rolesOf } from "../../../../src/pruning/training/roles.ts";
import { everyBackend, modelOf } from "../../training/tiny.ts";
import { withEngine, withoutLeak } from "../backends.ts";
import { dense, floatWeight } from "../models.ts";
import { difference, numbers } from "../oracles.ts";
import { gradientsOf, sizes, start, stepped, type Toy, type ToySettings } from "./toy.ts";

const { inputs, hidden, classes } = sizes;
const examples = 6;
const settings: ToySettings = { learningRate: 0.1, momentum: 0.9, gamma: 0.02, weightDecay: 0.02 };

const rowsOf = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, row) =>
    Array.from({ length: columns }, (__, column) => Math.fround(values[row * columns + column] as number)),
  );

const toy: Toy = {
  first: rowsOf(numbers([inputs, hidden], 1).values, hidden),
  bias: [0.5, -0.25, 0.125, 0],
  second: rowsOf(numbers([hidden, classes], 2).values, classes),
};

/** Two batches in turn. */
function batchAt(step: number): { batch: TrainingBatch; rows: number[][]; labels: number[] } {
  const values = Float32Array.from(numbers([examples, inputs], 10 + (step % 2)).values);
  const labels = Array.from({ length: examples }, (_, i) => i % classes);
  const oneHot = Float32Array.from(labels.flatMap((label) => [Number(label === 0), Number(label === 1)]));
  return {
    batch: { values, shape: [examples, inputs], targets: { labels: oneHot } },
    rows: rowsOf(values, inputs),
    labels,
  };
}

async function toyModel(): Promise<Model> {
  const model = await modelOf([
    tfl.layers.dense({ inputShape: [inputs], units: hidden, activation: "relu", name: "first" }),
    dense(classes, "second", { useBias: false }),
  ]);
  return withWeights(model, [
    floatWeight("first/kernel", [inputs, hidden], toy.first.flat()),
    floatWeight("first/bias", [hidden], toy.bias),
    floatWeight("second/kernel", [hidden, classes], toy.second.flat()),
  ]);
}

const selection: StructureSelection = {
  by: "factors",
  count: hidden,
  axes: [{ weight: "second/kernel", axis: 0, structures: Int32Array.of(0, 1, 2, 3) }],
  gamma: settings.gamma,
  momentum: settings.momentum,
};

function optionsOf(model: Model, more: Partial<TrainerOptions> = {}): TrainerOptions {
  const { momentum, weightDecay } = settings;
  return {
    optimizer: { name: "sgd", momentum, nesterov: true, weightDecay },
    classes,
    masks: new Map(),
    ...rolesOf(networkOf(model)),
    temperature: 1,
    teacherShare: 0,
    selection,
    ...more,
  };
}

const steps = async (trainer: Trainer, from: number, to: number) => {
  for (let step = from; step < to; step++) await trainer.step(batchAt(step).batch, settings.learningRate, step);
};

/** Within so much of numbers of about 1, in floats of single precision. */
const close = 1e-6;

describe("factors of structures", () => {
  it("have the gradients that finite differences have", () => {
    const { rows, labels } = batchAt(0);
    const state = { ...toy, factors: [1, 0.5, 0.25, 0] };
    const { gradient } = gradientsOf(state, rows, labels);
    const nudged = (unit: number, by: number) => {
      const factors = state.factors.map((factor, i) => (i === unit ? factor + by : factor));
      return gradientsOf({ ...state, factors }, rows, labels).loss;
    };
    for (let unit = 0; unit < hidden; unit++) {
      const slope = (nudged(unit, 1e-5) - nudged(unit, -1e-5)) / 2e-5;
      assert.ok(Math.abs(slope - (gradient.factors[unit] as number)) < 1e-8);
    }
  });

  for (const backend of everyBackend) {
    it(`are updated as the paper's recurrences have it, step by step, on ${backend}`, async function () {
      await withEngine(this, backend, (engine) =>
        withoutLeak(async () => {
          const model = await toyModel();
          const trainer = await engine.train(model, optionsOf(model));
          let expected = start(toy);
          for (let step = 0; step < 60; step++) {
            const { batch, rows, labels } = batchAt(step);
            // From where it is: rounding does not add up, and a step that is wrong is told from those after it.
            const before = await trainer.save();
            const of = (name: string, from = before.weights) => [...(from.get(name) ?? [])];
            expected = stepped(
              {
                first: rowsOf(of("first/kernel"), hidden),
                bias: of("first/bias"),
                second: rowsOf(of("second/kernel"), classes),
                factors: of("/factors", before.slots),
                velocity: of("/factors/velocity", before.slots),
                slots: {
                  first: rowsOf(of("first/kernel/velocity", before.slots), hidden),
                  bias: of("first/bias/velocity", before.slots),
                  second: rowsOf(of("second/kernel/velocity", before.slots), classes),
                },
              },
              rows,
              labels,
              settings,
            );
            await trainer.step(batch, settings.learningRate, step);
            const after = await trainer.save();
            const [values, velocity] = [await trainer.structures(), of("/factors/velocity", after.slots)];
            assert.ok(difference(values, expected.factors) < close, `factors after step ${step}: ${values}`);
            assert.ok(difference(velocity, expected.velocity) < close, `momentum after step ${step}: ${velocity}`);
            for (const [name, wanted] of [
              ["first/kernel", expected.first.flat()],
              ["first/bias", expected.bias],
              ["second/kernel", expected.second.flat()],
            ] as const) {
              assert.ok(difference(of(name, after.weights), wanted) < close, `${name} after step ${step}`);
            }
          }
          assert.ok(expected.factors.includes(0), "a factor has died on the way");
          assert.ok(expected.factors.some((factor) => factor > 0.1));
          trainer.dispose();
        }),
      );
    });
  }

  it("follow the recurrences from the first step to the last", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const model = await toyModel();
      const trainer = await engine.train(model, optionsOf(model));
      let expected = start(toy);
      for (let step = 0; step < 40; step++) {
        const { batch, rows, labels } = batchAt(step);
        expected = stepped(expected, rows, labels, settings);
        await trainer.step(batch, settings.learningRate, step);
        assert.ok(difference(await trainer.structures(), expected.factors) < 1e-4, `after step ${step}`);
      }
      trainer.dispose();
    });
  });

  it("are exactly zero once they have died, and stay so while nothing pulls", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const model = await toyModel();
      const strong = { ...selection, gamma: 5 };
      const trainer = await engine.train(model, optionsOf(model, { selection: strong }));
      await steps(trainer, 0, 30);
      assert.deepEqual([...(await trainer.structures())], [0, 0, 0, 0]);
      await steps(trainer, 30, 40);
      assert.deepEqual([...(await trainer.structures())], [0, 0, 0, 0]);
      trainer.dispose();
    });
  });

  it("are moved once a step, and neither by weight decay nor by the weights' optimiser", async function () {
    await withEngine(this, "wasm", async (engine) => {
      // Nothing reaches the factors but the proximal step: the gradient is zero where the second kernel is.
      const model = withWeights(await toyModel(), [
        floatWeight("second/kernel", [hidden, classes], new Float32Array(hidden * classes)),
      ]);
      const still = { ...selection, gamma: 0 };
      const decaying = { optimizer: { name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.5 } as const };
      const frozen = { masks: new Map([["second/kernel", new Uint8Array(hidden * classes).fill(1)]]) };
      const trainer = await engine.train(model, optionsOf(model, { selection: still, ...decaying, ...frozen }));
      await steps(trainer, 0, 5);
      assert.deepEqual([...(await trainer.structures())], [1, 1, 1, 1]);
      trainer.dispose();
      const pulled = await engine.train(model, optionsOf(model, { ...decaying, ...frozen }));
      await steps(pulled, 0, 1);
      // One update from 1: z = 1 − ηγ, v = −ηγ, λ = z + μv.
      const once = 1 - settings.learningRate * settings.gamma * (1 + settings.momentum);
      for (const factor of await pulled.structures()) assert.ok(Math.abs(factor - once) < close);
      await steps(pulled, 1, 2);
      // The second needs the momentum of the first: without it the factor would lie higher.
      const fall = settings.learningRate * settings.gamma;
      const z = once - fall;
      const v = z - once + settings.momentum * -fall;
      for (const factor of await pulled.structures()) {
        assert.ok(Math.abs(factor - (z + settings.momentum * v)) < close);
      }
      pulled.dispose();
    });
  });

  it("go on where they were saved, momentum and all", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const model = await toyModel();
      const whole = await engine.train(model, optionsOf(model));
      await steps(whole, 0, 10);
      const saved = await whole.save();
      await steps(whole, 10, 20);
      const again = await engine.train(model, optionsOf(model));
      again.restore(saved);
      await steps(again, 10, 20);
      assert.deepEqual(await again.structures(), await whole.structures());
      assert.deepEqual((await again.save()).weights, (await whole.save()).weights);
      assert.notEqual(saved.slots.get("/factors/velocity")?.[0], 0);
      whole.dispose();
      again.dispose();
    });
  });

  it("leave the model's own answers alone: what it says is what its factors make of it", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const model = await toyModel();
      const trainer = await engine.train(model, optionsOf(model));
      await steps(trainer, 0, 15);
      const { weights } = await trainer.save();
      const factors = await trainer.structures();
      const { batch } = batchAt(99);
      const [said] = await trainer.loaded.predict(batch.values, batch.shape);
      const scaled = (weights.get("second/kernel") as Float32Array).map(
        (value, i) => value * (factors[Math.floor(i / classes)] as number),
      );
      const folded = withWeights(model, [
        floatWeight("first/kernel", [inputs, hidden], weights.get("first/kernel") as Float32Array),
        floatWeight("first/bias", [hidden], weights.get("first/bias") as Float32Array),
        floatWeight("second/kernel", [hidden, classes], scaled),
      ]);
      const plain = await engine.load(folded);
      const [wanted] = await plain.predict(batch.values, batch.shape);
      assert.ok(difference(said?.values ?? [], wanted?.values ?? []) < close);
      plain.dispose();
      trainer.dispose();
    });
  });
});
