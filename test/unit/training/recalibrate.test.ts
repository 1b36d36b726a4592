import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { type Model, withWeights } from "../../../src/pruning/model/model.ts";
import { batchMaker, type TrainingData } from "../../../src/pruning/training/batches.ts";
import type { FineTuneContext } from "../../../src/pruning/training/context.ts";
import { recalibrate } from "../../../src/pruning/training/recalibrate.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { dense, floatWeight, graphModel, modelFrom } from "../engine/models.ts";
import { convolution, difference } from "../engine/oracles.ts";
import {
  classes,
  dataOf,
  everyBackend,
  fixedBatch,
  modelOf,
  plainCnn,
  quadrants,
  size,
  storedAs,
  valuesOf,
} from "./tiny.ts";

const train = dataOf(quadrants(200, 1));

const contextOn = (engine: Engine, model: Model, data: TrainingData = train): FineTuneContext => ({
  engine,
  network: networkOf(model),
  train: data,
  validation: data,
  seed: 5,
  progress: () => {},
});

const filters = 3;

/** A convolution, things that drop and add noise, batch normalisation; then a head. */
const layers = () => [
  tfl.layers.conv2d({ inputShape: [6, 6, 2], filters, kernelSize: 3, useBias: false, name: "conv" }),
  tfl.layers.dropout({ rate: 0.5 }),
  tfl.layers.gaussianNoise({ stddev: 3 }),
  tfl.layers.gaussianDropout({ rate: 0.5 }),
  tfl.layers.alphaDropout({ rate: 0.5 }),
  tfl.layers.batchNormalization({ momentum: 0.75, name: "norm" }),
  tfl.layers.flatten(),
  dense(classes, "head"),
];

/** Means and variances of every channel, averaged over batches, each batch's own taken in double precision. */
function averages(model: Model, data: TrainingData, batchSize: number, batches: number) {
  const batchOf = batchMaker(data, batchSize, { flip: false, shift: 0 }, 5);
  const kernel = { shape: [3, 3, size.channels, filters], values: valuesOf(model, "conv/kernel") };
  const [means, variances] = [new Float64Array(filters), new Float64Array(filters)];
  for (let batch = 0; batch < batches; batch++) {
    const made = convolution(batchOf(batch), kernel, [1, 1], "valid", false);
    for (let channel = 0; channel < filters; channel++) {
      const own = made.filter((_, i) => i % filters === channel);
      const mean = own.reduce((a, b) => a + b) / own.length;
      means[channel] = (means[channel] as number) + mean / batches;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length;
      variances[channel] = (variances[channel] as number) + variance / batches;
    }
  }
  return { means, variances };
}

const statistics = ["norm/moving_mean", "norm/moving_variance"] as const;

for (const backend of everyBackend) {
  describe(`recalibrating on ${backend}`, function () {
    this.timeout(60_000);

    for (const batches of [1, 3]) {
      it(`takes the plain averages of ${batches} batches, undisturbed, and leaves every other byte`, async function () {
        await withEngine(this, backend, async (engine) => {
          const drawn = await modelOf(layers());
          // Statistics that are far off, as pruning may leave them, must not shine through.
          const model = withWeights(drawn, [
            floatWeight(statistics[0], [filters], [1e6, -1e6, 0]),
            floatWeight(statistics[1], [filters], [1e7, 1e-7, 1]),
          ]);
          const result = await withoutLeak(() => recalibrate(model, { batches }, contextOn(engine, model)));
          const { means, variances } = averages(model, train, 64, batches);
          assert.ok(difference(valuesOf(result.model, statistics[0]), means) < 1e-5);
          assert.ok(difference(valuesOf(result.model, statistics[1]), variances) < 1e-5);
          for (const [name, weight] of model.weights) {
            if (!statistics.some((each) => each === name)) assert.equal(result.model.weights.get(name), weight);
          }
          assert.deepEqual(result.notes, []);
        });
      });
    }

    it("puts every setting back: training goes on as if nothing had been observed", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(layers());
        const batchOf = batchMaker(train, 8, { flip: false, shift: 0 }, 1);
        const { labels = [], ...batch } = batchOf(0);
        const targets = {
          labels: Float32Array.from({ length: 8 * classes }, (_, i) => Number(labels[i >> 2] === i % 4)),
        };
        const trainer = await engine.train(model, {
          optimizer: { name: "adam", weightDecay: 0 },
          classes,
          masks: new Map(),
          trainable: new Set(),
          decayed: new Set(),
          temperature: 1,
          teacherShare: 0,
        });
        const start = await trainer.save();
        const stepped = async () => {
          trainer.restore(start);
          const { loss } = await trainer.step({ ...batch, targets }, 0.1, 3);
          return { loss, weights: (await trainer.save()).weights };
        };
        const before = await stepped();
        await trainer.observe(batchOf(1), 1);
        await trainer.observe(batchOf(2), 0.5);
        const after = await stepped();
        trainer.dispose();
        assert.ok(Math.abs(after.loss - before.loss) <= 1e-6);
        for (const [name, values] of before.weights) {
          assert.ok(difference(after.weights.get(name) ?? [], values) <= 1e-6, name);
        }
      });
    });
  });
}

describe("recalibrating", function () {
  this.timeout(60_000);

  it("drops nothing within recurrent layers either, wherever they lie", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const recurrent = (dropout: number) => {
        const how = { units: 4, dropout, recurrentDropout: dropout, recurrentInitializer: "glorotUniform" as const };
        return modelOf([
          tfl.layers.reshape({ targetShape: [6, 12], inputShape: [6, 6, 2] }),
          tfl.layers.bidirectional({
            layer: tfl.layers.lstm({ ...how, returnSequences: true }) as never,
            mergeMode: "concat",
          }),
          tfl.layers.gru(how),
          tfl.layers.batchNormalization({ name: "norm" }),
          dense(classes, "head"),
        ]);
      };
      const [dropping, still] = [await recurrent(0.5), await recurrent(0)];
      const [a, b] = [
        await recalibrate(dropping, { batches: 2 }, contextOn(engine, dropping)),
        await recalibrate(still, { batches: 2 }, contextOn(engine, still)),
      ];
      for (const name of statistics) {
        assert.deepEqual(valuesOf(a.model, name), valuesOf(b.model, name), name);
        assert.notDeepEqual(valuesOf(a.model, name), valuesOf(dropping, name));
      }
    });
  });

  it("keeps other weights' bytes in a quantized model", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = storedAs(await modelOf(layers()), "uint8");
      const { model: after } = await recalibrate(model, { batches: 2 }, contextOn(engine, model));
      for (const [name, weight] of model.weights) {
        const same = after.weights.get(name) === weight;
        assert.equal(same, !statistics.some((each) => each === name), name);
      }
    });
  });

  it("says so where there is nothing to do", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(plainCnn());
      const result = await recalibrate(model, {}, contextOn(engine, model));
      assert.equal(result.model, model);
      assert.match(result.notes.join(" "), /^Nothing was recalibrated: the model has no batch normalisation/);
    });
  });

  it("goes through a model that takes only batches of one size", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf([
        fixedBatch(4),
        tfl.layers.batchNormalization({ name: "norm" }),
        ...plainCnn().slice(1),
      ]);
      const data = dataOf(train.split, [4, 6, 6, 2]);
      const bare = withWeights(model, [floatWeight("conv/bias", [filters], [0, 0, 0])]);
      const result = await recalibrate(bare, { batches: 5 }, contextOn(engine, bare, data));
      const { means } = averages(bare, data, 4, 5);
      assert.ok(difference(valuesOf(result.model, statistics[0]), means) < 1e-5);
    });
  });

  it("lets the event loop turn, and stops at the next batch when cancelled", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(layers());
      const cancel = new AbortController();
      const done: string[] = [];
      const progress = (_: number, message: string) => {
        done.push(message);
        if (done.length === 2) setImmediate(() => cancel.abort());
      };
      const context = { ...contextOn(engine, model), progress, signal: cancel.signal };
      await withoutLeak(() => assert.rejects(recalibrate(model, { batches: 50 }, context), { code: "cancelled" }));
      assert.deepEqual(done, ["batch 1 of 50", "batch 2 of 50"]);
    });
  });

  it("refuses a graph model in a sentence", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const normalizing = batchNormGraph();
      const context = contextOn(engine, normalizing, dataOf(train.split, [null, 6, 6, 2]));
      await withoutLeak(() =>
        assert.rejects(recalibrate(normalizing, { batches: 1 }, context), {
          code: "training",
          message:
            "A graph model's batch normalisation cannot be recalibrated: TensorFlow.js keeps its statistics as they were converted. Leave the step out.",
        }),
      );
      const plain = graphModel("MatMul", [-1, 72], floatWeight("w", [72, 4], new Float32Array(288).fill(1)));
      const { notes } = await recalibrate(plain, {}, contextOn(engine, plain, dataOf(train.split, [null, 72])));
      assert.match(notes.join(" "), /^Nothing was recalibrated/);
    });
  });
});

/** x → batch normalisation, its statistics kept → y. */
function batchNormGraph(): Model {
  const type = { type: "DT_FLOAT" };
  const dim = [-1, 6, 6, 2].map((length) => ({ size: String(length) }));
  const parts = ["scale", "offset", "mean", "variance"];
  const node = [
    { name: "x", op: "Placeholder", attr: { dtype: type, shape: { shape: { dim } } } },
    ...parts.map((name) => ({ name, op: "Const", attr: { dtype: type } })),
    {
      name: "y",
      op: "FusedBatchNormV3",
      input: ["x", ...parts],
      attr: { T: type, U: type, epsilon: { f: 0.001 }, is_training: { b: false }, data_format: { s: "TkhXQw==" } },
    },
  ];
  return modelFrom(
    "graph-model",
    { modelTopology: { node, library: {}, versions: { producer: 1 } }, weightsManifest: [] },
    parts.map((name, i) => floatWeight(name, [2], [i + 1, i + 2])),
  );
}
