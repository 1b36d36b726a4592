import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { largestDifference, requireEqual } from "../../../src/pruning/engine/equality.ts";
import { madeUpFeeds } from "../../../src/pruning/engine/madeUp.ts";
import { type Model, type Weight, withWeights } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { withEngine, withoutLeak } from "./backends.ts";
import { cnn, dense, floatWeight, graphModel, savedModel } from "./models.ts";

/** The model with one value of a weight changed. */
function changed(model: Model, name: string, change: (value: number) => number): Model {
  const weight = model.weights.get(name) as Weight;
  const values = decodeFloats(weight).slice();
  values[0] = change(values[0] as number);
  return withWeights(model, [floatWeight(name, weight.shape, values)]);
}

describe("comparing what two models answer", function () {
  this.timeout(60_000);
  const compare = (test: Mocha.Context, work: (engine: Engine) => Promise<void>) =>
    withEngine(test, "wasm", (engine) => withoutLeak(() => work(engine)));

  it("finds none between a model and itself, on made-up images, words and several inputs", async function () {
    await compare(this, async (engine) => {
      const words = tfl.sequential({
        layers: [
          tfl.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 7, name: "words" }),
          tfl.layers.lstm({ units: 4, name: "lstm" }),
        ],
      });
      const [a, b] = [tfl.input({ shape: [3], name: "a" }), tfl.input({ shape: [null, 3], name: "b", dtype: "int32" })];
      const pooled = tfl.layers.globalAveragePooling1d({}).apply(b) as tfl.SymbolicTensor;
      const sum = dense(2, "d").apply(tfl.layers.add().apply([a, pooled]) as tfl.SymbolicTensor) as tfl.SymbolicTensor;
      const several = tfl.model({ inputs: [a, b], outputs: [sum, pooled] });
      for (const model of [cnn(), words, several]) {
        const stored = await savedModel(model);
        assert.equal((await largestDifference(engine, stored, stored)).relative, 0);
      }
    });
  });

  it("measures against the largest magnitude of the output", async function () {
    await compare(this, async (engine) => {
      // y = x + w with x between 0 and 1: of [0, 100] the second is largest, and the first is off by 1.
      const model = graphModel("AddV2", [-1, 2], floatWeight("w", [2], [0, 100]));
      const other = graphModel("AddV2", [-1, 2], floatWeight("w", [2], [1, 100]));
      const { output, relative } = await largestDifference(engine, other, model);
      assert.equal(output, "y");
      assert.ok(relative > 1 / 102 && relative < 1 / 99, `${relative}`);
    });
  });

  it("refuses a difference above the tolerance, in one sentence that names the output, and lets rounding pass", async function () {
    await compare(this, async (engine) => {
      const model = await savedModel(cnn());
      const words = ["the one", "the other"] as const;
      const verification = { engine: async () => engine };
      await requireEqual(
        changed(model, "head/bias", (value) => value + 1e-6),
        model,
        verification,
        words,
      );
      await assert.rejects(
        requireEqual(
          changed(model, "head/bias", (value) => value + 0.01),
          model,
          verification,
          words,
        ),
        { code: "unequal", message: /^On sample inputs the one .*"head" differs by 0\.0\d+ of its largest value.*\.$/ },
      );
      await assert.rejects(
        requireEqual(
          changed(model, "head/bias", () => Number.NaN),
          model,
          verification,
          words,
        ),
        { code: "unequal", message: /beyond measure/ },
      );
    });
  });

  it("says that nothing is shown by models that answer no number", async function () {
    await compare(this, async (engine) => {
      const model = changed(await savedModel(cnn()), "conv/bias", () => Number.NaN);
      await assert.rejects(largestDifference(engine, model, model), { code: "unsupported-model", message: /NaN/ });
    });
  });

  it("looks at the samples it is given", async function () {
    await compare(this, async (engine) => {
      // Only inputs below zero tell the two apart.
      const relu = (alpha: number) =>
        savedModel(
          tfl.sequential({ layers: [tfl.layers.leakyReLU({ alpha, inputShape: [3], name: `leaky${alpha * 10}` })] }),
        );
      const [a, b] = [await relu(0.1), await relu(0.2)];
      assert.equal((await largestDifference(engine, b, a)).relative, 0);
      const below = [{ values: Float32Array.of(-1, 2, -3), shape: [1, 3] }];
      assert.ok((await largestDifference(engine, b, a, below)).relative > 0.1);
    });
  });
});

describe("made-up inputs", () => {
  const spec = (dtype: string, ...shape: (number | null)[]) => ({ name: "x", dtype, shape });

  it("fit each input's shape, keep a fixed batch, and choose the lengths that are left open", () => {
    const feeds = madeUpFeeds([spec("float32", null, null, null, null), spec("float32", 2, 5)], 3);
    assert.deepEqual(
      feeds.map(({ shape }) => shape),
      [
        [3, 64, 64, 3],
        [2, 5],
      ],
    );
    assert.deepEqual(
      feeds.map(({ values }) => values.length),
      [3 * 64 * 64 * 3, 10],
    );
  });

  it("are between 0 and 1, whole where whole numbers are taken, below the vocabulary where words are looked up", () => {
    const [floats, whole] = madeUpFeeds([spec("float32", null, 50), spec("int32", null, 50)], 4);
    assert.ok(floats?.values.every((value) => value >= 0 && value < 1));
    assert.deepEqual(new Set(whole?.values), new Set([0, 1]));
    const [words] = madeUpFeeds([spec("float32", null, 50)], 4, 7);
    assert.deepEqual([...new Set(words?.values)].sort(), [0, 1, 2, 3, 4, 5, 6]);
  });

  it("are the same each time", () => {
    const inputs = [spec("float32", null, 9)];
    assert.deepEqual(madeUpFeeds(inputs, 2), madeUpFeeds(inputs, 2));
  });
});
