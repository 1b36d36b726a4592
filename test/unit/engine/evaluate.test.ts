import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Dataset, Split } from "../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import { chooseScaling } from "../../../src/pruning/engine/chooseScaling.ts";
import type { Engine, LoadedModel } from "../../../src/pruning/engine/engine.ts";
import { evaluate } from "../../../src/pruning/engine/evaluate.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { withEngine } from "./backends.ts";
import { floatWeight, graphModel, savedModel } from "./models.ts";
import { numbers } from "./oracles.ts";

/** Ten images of 2×2, labelled by their brightest pixel, but for the third and the eighth. */
const images = numbers([10, 4], 7).values.map((x) => Math.round((x + 1) * 127));
const brightest = (i: number) => {
  const pixels = [...images.subarray(4 * i, 4 * i + 4)];
  return pixels.indexOf(Math.max(...pixels));
};
const test: Split = {
  count: 10,
  images: Uint8Array.from(images),
  labels: Uint8Array.from({ length: 10 }, (_, i) => (i === 2 || i === 7 ? (brightest(i) + 1) % 4 : brightest(i))),
};
const dataset: Dataset = { path: "dots", format: "idx", height: 2, width: 2, channels: 1, classes: 4, test };

/** Gives the pixels back as scores. */
const identity = (batch: number) =>
  graphModel("MatMul", [batch, 4], floatWeight("w", [4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]));

async function loadAnd<T>(engine: Engine, model: Model, use: (loaded: LoadedModel) => Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const loaded = await engine.load(model);
  try {
    return await use(loaded);
  } finally {
    loaded.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors are left behind");
  }
}

describe("evaluate", function () {
  this.timeout(60_000);
  it("gives the same figures whatever the batch, of open and of fixed size", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const open = await loadAnd(engine, identity(-1), async (loaded) => {
        const fit = fitToInput(dataset, loaded.inputs[0]?.shape ?? []);
        const whole = await evaluate(loaded, test, fit, { name: "x/255" });
        for (const batchSize of [1, 3, 10]) {
          assert.deepEqual(await evaluate(loaded, test, fit, { name: "x/255" }, { batchSize }), whole);
        }
        return whole;
      });
      assert.deepEqual([open.examples, open.accuracy, open.top5], [10, 0.8, undefined]);
      for (const batch of [1, 4]) {
        await loadAnd(engine, identity(batch), async (loaded) => {
          const fit = fitToInput(dataset, loaded.inputs[0]?.shape ?? []);
          assert.equal(fit.batchSize, batch);
          assert.deepEqual(await evaluate(loaded, test, fit, { name: "x/255" }), open);
        });
      }
    });
  });

  it("reports progress and stops when cancelled", async function () {
    await withEngine(this, "cpu", (engine) =>
      loadAnd(engine, identity(-1), async (loaded) => {
        const fit = fitToInput(dataset, [null, 4]);
        const progress: string[] = [];
        const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`);
        await evaluate(loaded, test, fit, { name: "raw" }, { batchSize: 4, onProgress });
        assert.deepEqual(progress, ["4/10", "8/10", "10/10"]);
        const controller = new AbortController();
        const stop = () => controller.abort();
        const cancelled = evaluate(
          loaded,
          test,
          fit,
          { name: "raw" },
          { batchSize: 4, onProgress: stop, signal: controller.signal },
        );
        await assert.rejects(cancelled, (error) => SecateurError.is(error, "cancelled"));
      }),
    );
  });

  it("lets the event loop turn between batches", async function () {
    await withEngine(this, "cpu", (engine) =>
      loadAnd(engine, identity(-1), async (loaded) => {
        let turns = 0;
        const timer = setInterval(() => turns++, 0);
        const busy = () => {
          const until = performance.now() + 5;
          while (performance.now() < until);
        };
        await evaluate(
          loaded,
          test,
          fitToInput(dataset, [null, 4]),
          { name: "raw" },
          { batchSize: 1, onProgress: busy },
        );
        clearInterval(timer);
        assert.ok(turns > 2, `${turns} turns`);
      }),
    );
  });

  it("takes the last output that scores just the classes, through axes of 1, else the last with more", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const accuracyWith = async (build: (x: tfl.SymbolicTensor) => tfl.SymbolicTensor[]) => {
        const input = tfl.input({ shape: [4] });
        return loadAnd(
          engine,
          await savedModel(tfl.model({ inputs: input, outputs: build(input) })),
          async (loaded) => (await evaluate(loaded, test, fitToInput(dataset, [null, 4]), { name: "x/255" })).accuracy,
        );
      };
      const layer = (made: tfl.layers.Layer, x: tfl.SymbolicTensor) => made.apply(x) as tfl.SymbolicTensor;
      const spoilt = (units: number, x: tfl.SymbolicTensor) =>
        layer(tfl.layers.dense({ units, kernelInitializer: "zeros" }), x);
      const same = (x: tfl.SymbolicTensor) => layer(tfl.layers.activation({ activation: "linear" }), x);
      const wider = (x: tfl.SymbolicTensor) => layer(tfl.layers.concatenate(), [same(x), spoilt(3, x)] as never);
      const reshaped = (x: tfl.SymbolicTensor) => layer(tfl.layers.reshape({ targetShape: [1, 1, 4] }), x);
      assert.equal(await accuracyWith((x) => [spoilt(4, x), same(x), spoilt(9, x), spoilt(2, x)]), 0.8);
      assert.equal(await accuracyWith((x) => [spoilt(4, x), reshaped(x)]), 0.8);
      assert.equal(await accuracyWith((x) => [spoilt(5, x), wider(x), spoilt(2, x)]), 0.8);
    });
  });

  it("refuses a model that scores fewer classes than there are", async function () {
    await withEngine(this, "cpu", (engine) =>
      loadAnd(engine, identity(-1), async (loaded) => {
        const ten = fitToInput({ ...dataset, classes: 10 }, [null, 4]);
        await assert.rejects(evaluate(loaded, test, ten, { name: "raw" }), (error) => {
          return SecateurError.is(error, "bad-data") && /10 classes, but no output .*\(\[\?,4\]\)/.test(error.message);
        });
      }),
    );
  });
});

describe("chooseScaling", function () {
  this.timeout(60_000);
  it("keeps the most accurate, and lets loss decide where accuracy cannot", async function () {
    await withEngine(this, "cpu", (engine) =>
      loadAnd(engine, identity(-1), async (loaded) => {
        const fit = fitToInput(dataset, [null, 4]);
        const candidates = [{ name: "raw" }, { name: "x/255" }] as const;
        const { scaling, trials } = await chooseScaling(loaded, test, fit, candidates);
        // The brightest pixel is the brightest at any scale, but wrong answers cost more in raw numbers.
        assert.deepEqual(
          trials.map((trial) => [trial.scaling.name, trial.accuracy]),
          [
            ["raw", 0.8],
            ["x/255", 0.8],
          ],
        );
        assert.deepEqual(scaling, { name: "x/255" });
        assert.ok((trials[1]?.loss ?? 0) < (trials[0]?.loss ?? 0));
        const few = await chooseScaling(loaded, test, fit, candidates, { examples: 4 });
        assert.deepEqual(
          few.trials.map(({ examples }) => examples),
          [4, 4],
        );
      }),
    );
  });

  it("keeps the most accurate even at a higher loss", async function () {
    await withEngine(this, "cpu", async (engine) => {
      // Scores are the pixels less a bias that only numbers up to 255 rise above.
      const layers = [tfl.layers.dense({ inputShape: [4], units: 4 })];
      const model = tfl.sequential({ layers });
      tf.tidy(() => model.layers[0]?.setWeights([tf.eye(4), tf.tensor1d([500, 0, 0, 0])]));
      await loadAnd(engine, await savedModel(model), async (loaded) => {
        const candidates = [{ name: "x/255" }, { name: "mean-std", mean: [0], std: [1e-4] }] as const;
        const { scaling, trials } = await chooseScaling(loaded, test, fitToInput(dataset, [null, 4]), candidates);
        assert.ok((trials[0]?.accuracy ?? 1) < 0.5);
        assert.equal(scaling.name, "mean-std");
      });
    });
  });
});
