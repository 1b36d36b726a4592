import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { places, withEngine, withoutLeak } from "./backends.ts";
import { cnn, dense, floatWeight, graphModel, modelFrom, savedModel } from "./models.ts";
import { difference, numbers, product } from "./oracles.ts";

for (const backend of places) {
  describe(`Engine.load on ${backend}`, function () {
    this.timeout(60_000);

    it("runs a layers model as tfjs does, from pooled bytes, optimiser weights left out", async function () {
      await withEngine(this, backend, async (engine) => {
        const x = numbers([5, 6, 6, 2], 1);
        const original = cnn();
        original.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
        const answer = tf.tidy(() => original.predict(tf.tensor(x.values, [5, 6, 6, 2])) as tf.Tensor);
        const expected = await answer.data();
        answer.dispose();
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
});
