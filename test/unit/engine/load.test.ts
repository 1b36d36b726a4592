import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import type { JsonObject, Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { corpusModels, hasCorpus } from "../../support/corpus.ts";
import { withEngine } from "./backends.ts";
import { floatWeight, graphModel, modelFrom, savedModel } from "./models.ts";
import { difference, numbers, product } from "./oracles.ts";

/** Loading and using a model must leave no tensor behind. */
async function withoutLeak<T>(use: () => Promise<T>): Promise<T> {
  const before = tf.memory().numTensors;
  const result = await use();
  assert.equal(tf.memory().numTensors, before, "tensors are left behind");
  return result;
}

async function refuses(
  engine: Engine,
  model: Model,
  sentence: RegExp,
  act?: (loaded: Awaited<ReturnType<Engine["load"]>>) => Promise<unknown>,
) {
  await withoutLeak(async () => {
    await assert.rejects(
      async () => {
        const loaded = await engine.load(model);
        try {
          await act?.(loaded);
        } finally {
          loaded.dispose();
        }
      },
      (error) => {
        assert.ok(SecateurError.is(error, "unsupported-model") || SecateurError.is(error, "backend"), String(error));
        assert.match(error.message, sentence);
        assert.ok(!error.message.includes("\n"), "one sentence");
        return true;
      },
    );
  });
}

/** The layer config that bears a name, in a model that `savedModel` made. */
function configOf(model: Model, name: string): JsonObject {
  const found: JsonObject[] = [];
  JSON.stringify(model.json, (_, value) => {
    if (value?.config?.name === name) found.push(value);
    return value;
  });
  return found.at(-1) as JsonObject;
}

const dense = (units: number, name: string, options = {}) => tfl.layers.dense({ units, name, ...options });
const cnn = () =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation: "relu", name: "conv" }),
      tfl.layers.batchNormalization({ name: "norm" }),
      tfl.layers.flatten({ name: "flat" }),
      dense(4, "head", { activation: "softmax" }),
    ],
  });

for (const backend of ["wasm", "cpu", "tensorflow"] as const) {
  describe(`Engine.load on ${backend}`, function () {
    this.timeout(60_000);

    it("runs a layers model as tfjs does, from pooled bytes, optimiser weights left out", async function () {
      await withEngine(this, backend, async (engine) => {
        const x = numbers([5, 6, 6, 2], 1);
        const original = cnn();
        original.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
        const expected = tf.tidy(() => (original.predict(tf.tensor(x.values, [5, 6, 6, 2])) as tf.Tensor).dataSync());
        const model = await savedModel(original, true);
        assert.ok([...model.weights.values()].some(({ group }) => group === "optimizer"));
        await withoutLeak(async () => {
          const loaded = await engine.load(model);
          assert.deepEqual(loaded.inputs, [{ name: "conv_input", shape: [null, 6, 6, 2], dtype: "float32" }]);
          assert.deepEqual(loaded.outputs, [{ name: "head", shape: [null, 4] }]);
          const [output] = await loaded.predict(x.values, x.shape);
          assert.deepEqual([output?.name, output?.shape], ["head", [5, 4]]);
          assert.ok(difference(output?.values ?? [], expected) < 1e-5);
          loaded.dispose();
        });
      });
    });

    it("gives the outputs that are wanted, in that order", async function () {
      await withEngine(this, backend, async (engine) => {
        await withoutLeak(async () => {
          const input = tfl.input({ shape: [3], name: "in" });
          const first = dense(2, "first").apply(input) as tfl.SymbolicTensor;
          const second = dense(5, "second").apply(first) as tfl.SymbolicTensor;
          const loaded = await engine.load(await savedModel(tfl.model({ inputs: input, outputs: [first, second] })));
          const shapes = async (wanted?: string[]) =>
            (await loaded.predict(new Float32Array(6), [2, 3], wanted)).map(({ name, shape }) => [name, ...shape]);
          assert.deepEqual(await shapes(), [
            ["first", 2, 2],
            ["second", 2, 5],
          ]);
          assert.deepEqual(await shapes(["second"]), [["second", 2, 5]]);
          assert.deepEqual(await shapes(["second", "first"]), [
            ["second", 2, 5],
            ["first", 2, 2],
          ]);
          await assert.rejects(
            loaded.predict(new Float32Array(6), [2, 3], ["third"]),
            /no output "third"; it has first, second/,
          );
          loaded.dispose();
        });
      });
    });

    it("runs a graph model: a product with a transposed constant, against a plain loop", async function () {
      await withEngine(this, backend, async (engine) => {
        await withoutLeak(async () => {
          const [x, w] = [numbers([1, 3, 100], 1), numbers([1, 5, 100], 2)];
          const loaded = await engine.load(
            graphModel("MatMul", [-1, 100], floatWeight("w", [5, 100], w.values), { transpose_b: { b: true } }),
          );
          assert.deepEqual(loaded.inputs, [{ name: "x", shape: [null, 100], dtype: "float32" }]);
          const [y] = await loaded.predict(x.values, [3, 100]);
          assert.deepEqual(y?.shape, [3, 5]);
          assert.ok(difference(y?.values ?? [], product(x, w, false, true)) < 1e-4);
          loaded.dispose();
        });
      });
    });
  });
}

describe("Engine.load", function () {
  this.timeout(60_000);

  it("has tfjs decode quantized weights", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const codes = Uint8Array.of(0, 1, 2, 255, 4, 5);
      const quantization = { dtype: "uint8", scale: 0.5, min: -1 } as const;
      const loaded = await engine.load(
        graphModel("MatMul", [-1, 2], { name: "w", shape: [2, 3], dtype: "float32", bytes: codes, quantization }),
      );
      const [y] = await loaded.predict(Float32Array.of(1, 0, 0, 1), [2, 2]);
      assert.deepEqual(
        [...(y?.values ?? [])],
        [...codes].map((code) => code * 0.5 - 1),
      );
      loaded.dispose();
    });
  });

  it("feeds whole numbers to int32 inputs", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = graphModel("AddV2", [-1, 2], {
        name: "w",
        shape: [],
        dtype: "int32",
        bytes: new Uint8Array(Int32Array.of(7).buffer),
      });
      const text = JSON.stringify(model.json).replaceAll("DT_FLOAT", "DT_INT32");
      const loaded = await engine.load(modelFrom("graph-model", JSON.parse(text), [...model.weights.values()]));
      assert.equal(loaded.inputs[0]?.dtype, "int32");
      const [y] = await loaded.predict(Float32Array.of(255, 3), [1, 2]);
      assert.deepEqual([...(y?.values ?? [])], [262, 10]);
      loaded.dispose();
    });
  });

  it("names the layer that tfjs cannot build", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const unknownClass = await savedModel(cnn());
      configOf(unknownClass, "norm").class_name = "GroupNormalization";
      await refuses(
        engine,
        unknownClass,
        /cannot load the layer "norm" \(GroupNormalization\): Unknown layer: GroupNormalization; change/,
      );
      const unknownActivation = await savedModel(cnn());
      (configOf(unknownActivation, "head").config as JsonObject).activation = "silu_2";
      await refuses(
        engine,
        unknownActivation,
        /cannot load the layer "head" \(Dense\): Unknown activation: silu2; change/,
      );
      const nested = await savedModel(tfl.sequential({ layers: [cnn(), dense(2, "top")] }));
      configOf(nested, "flat").class_name = "Lambda";
      await refuses(engine, nested, /cannot load the layer "flat" \(Lambda\)/);
    });
  });

  it("names the layer whose weights do not fit, are missing or unknown", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const changed = async (
        change: (weights: Map<string, Model["weights"] extends ReadonlyMap<string, infer W> ? W : never>) => void,
      ) => {
        const model = await savedModel(cnn());
        const weights = new Map(model.weights);
        change(weights);
        return { ...model, weights };
      };
      const misfit = await changed((weights) =>
        weights.set("head/kernel", floatWeight("head/kernel", [4, 48], new Float32Array(192))),
      );
      await refuses(
        engine,
        misfit,
        /cannot load the layer "head" \(Dense\): its weight head\/kernel is \[4,48\] in the file but should be \[48,4\]/,
      );
      const missing = await changed((weights) => weights.delete("conv/bias"));
      await refuses(engine, missing, /conv\/bias/);
      const extra = await changed((weights) => weights.set("other/kernel", floatWeight("other/kernel", [1], [1])));
      await refuses(engine, extra, /other\/kernel/);
    });
  });

  it("names the node whose op tfjs does not know", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = graphModel("Frobnicate", [-1, 2], floatWeight("w", [1], [1]));
      await refuses(engine, model, /cannot run the model at node "y": Unknown op 'Frobnicate'\.$/, (loaded) =>
        loaded.predict(new Float32Array(2), [1, 2]),
      );
    });
  });

  it("says that a graph without versions cannot be loaded", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = graphModel("AddV2", [-1, 2], floatWeight("w", [1], [1]));
      const { versions: _, ...topology } = model.json.modelTopology as JsonObject;
      await refuses(
        engine,
        { ...model, json: { ...model.json, modelTopology: topology } },
        /its graph has no "versions"; convert/,
      );
    });
  });

  it("refuses to feed data to models of several inputs, but times them", async function () {
    await withEngine(this, "wasm", async (engine) => {
      await withoutLeak(async () => {
        const inputs = [
          tfl.input({ shape: [3], name: "left" }),
          tfl.input({ shape: [1], dtype: "int32", name: "right" }),
        ];
        const embedded = tfl.layers
          .embedding({ inputDim: 4, outputDim: 3 })
          .apply(inputs[1] as tfl.SymbolicTensor) as tfl.SymbolicTensor;
        const flat = tfl.layers.flatten().apply(embedded) as tfl.SymbolicTensor;
        const sum = tfl.layers.add().apply([inputs[0] as tfl.SymbolicTensor, flat]) as tfl.SymbolicTensor;
        const loaded = await engine.load(await savedModel(tfl.model({ inputs, outputs: sum })));
        await assert.rejects(loaded.predict(new Float32Array(3), [1, 3]), /has 2 inputs \(left, right\)/);
        assert.ok(((await loaded.latency(32, 3)) ?? 0) > 0);
        loaded.dispose();
      });
    });
  });

  it("notices on WASM when an operator could not be built, where tfjs returns garbage", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const model = graphModel("MatMul", [-1, 0], floatWeight("w", [0, 3], []));
      await refuses(engine, model, /WASM backend failed: XNN status/, (loaded) =>
        loaded.predict(new Float32Array(0), [2, 0]),
      );
    });
  });
});

describe("LoadedModel.latency", () => {
  it("times open and matching batches, and is null for others and for text", async function () {
    await withEngine(this, "wasm", async (engine) => {
      await withoutLeak(async () => {
        const open = await engine.load(await savedModel(cnn()));
        for (const batch of [1, 32]) assert.ok(((await open.latency(batch, 3)) ?? 0) > 0);
        open.dispose();
        const fixed = await engine.load(graphModel("AddV2", [4, 2], floatWeight("w", [1], [1])));
        assert.ok(((await fixed.latency(4, 2)) ?? 0) > 0);
        assert.equal(await fixed.latency(1, 2), null);
        fixed.dispose();
        const anySize = await engine.load(graphModel("AddV2", [-1, -1, -1, -1], floatWeight("w", [3], [1, 2, 3])));
        assert.ok(((await anySize.latency(1, 2)) ?? 0) > 0);
        anySize.dispose();
        const broken = await engine.load(graphModel("AddV2", [-1, 2], floatWeight("w", [3], [1, 2, 3])));
        assert.equal(await broken.latency(1, 2), null);
        broken.dispose();
      });
    });
  });
});

describe("Engine.load on the corpus", () => {
  /** Why a folder's model does not load, as its README tells. */
  const notLoadable: Record<string, RegExp> = {
    "cifar10-graph-alltristans-INCOMPLETE": /group1-shard/,
    "faceapi-manifests": /topology/,
    "legacy-pb-mobilenet-qxy": /topology/,
    "mnist-mlp-keras3-tanish": /layer "input_layer" \(InputLayer\)/,
  };
  for (const name of hasCorpus ? readdirSync(corpusModels).sort() : []) {
    it(name, async function () {
      this.timeout(20_000);
      await withEngine(this, "wasm", async (engine) => {
        await withoutLeak(async () => {
          for (const file of readdirSync(join(corpusModels, name))) {
            if (!file.endsWith(".json") || /metadata|signature/.test(file)) continue;
            const load = async () => engine.load(await readModel(join(corpusModels, name, file)));
            const reason = notLoadable[name];
            if (reason) await assert.rejects(load, (error) => SecateurError.is(error) && reason.test(error.message));
            else (await load()).dispose();
          }
        });
      });
    });
  }
});
