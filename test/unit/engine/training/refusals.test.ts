import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import { explainTraining } from "../../../../src/pruning/engine/explain.ts";
import { SecateurError } from "../../../../src/pruning/errors.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { batchOf, classes, modelOf, trainerOptions } from "../../training/tiny.ts";
import { withEngine, withoutLeak } from "../backends.ts";
import { dense, floatWeight, modelFrom } from "../models.ts";

const inputShape = [6, 6, 2];
const head = () => [tfl.layers.flatten(), dense(classes, "head")];
const refused: Readonly<Record<string, [() => tfl.layers.Layer[], RegExp]>> = {
  "a crop": [
    () => [
      tfl.layers.conv2d({ inputShape, filters: 2, kernelSize: 1, name: "first" }),
      tfl.layers.centerCrop({ height: 4, width: 3, name: "cut" }),
      ...head(),
    ],
    /^The model cannot be trained: TensorFlow\.js cannot differentiate layer "cut" \(CenterCrop\) \(.*CropAndResize\); prune it without fine-tuning\.$/,
  ],
  "the same in a nested model": [
    () => [
      tfl.sequential({
        name: "inner",
        layers: [
          tfl.layers.conv2d({ inputShape, filters: 2, kernelSize: 1, name: "first" }),
          tfl.layers.centerCrop({ height: 4, width: 3, name: "cut" }),
        ],
      }) as unknown as tfl.layers.Layer,
      ...head(),
    ],
    /cannot differentiate layer "cut" \(CenterCrop\) \(.*CropAndResize\); prune it without fine-tuning\.$/,
  ],
  "a model whose layers are all frozen": [
    () => [tfl.layers.flatten({ inputShape }), dense(classes, "head", { trainable: false })],
    /^The model cannot be trained: all of its layers are frozen; set "trainable" to true in its model\.json, or /,
  ],
};

/** x → Switch on a constant → y: control flow that runs, but only asynchronously. */
function controlFlow(): Model {
  const type = { type: "DT_FLOAT" };
  const dim = [{ size: "-1" }, { size: "4" }];
  const node = [
    { name: "x", op: "Placeholder", attr: { dtype: type, shape: { shape: { dim } } } },
    { name: "yes", op: "Const", attr: { dtype: { type: "DT_BOOL" } } },
    { name: "choice", op: "Switch", input: ["x", "yes"], attr: { T: type } },
    { name: "either", op: "Merge", input: ["choice", "choice:1"], attr: { T: type, N: { i: "2" } } },
    { name: "w", op: "Const", attr: { dtype: type } },
    { name: "y", op: "MatMul", input: ["either", "w"], attr: { T: type } },
  ];
  return modelFrom("graph-model", { modelTopology: { node, library: {}, versions: { producer: 1 } } }, [
    { name: "yes", shape: [], dtype: "bool", bytes: Uint8Array.of(1) },
    floatWeight("w", [4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
  ]);
}

const asTraining = (sentence: RegExp) => (error: unknown) =>
  SecateurError.is(error, "training") && (sentence.test(error.message) || assert.fail(error.message));

describe("what cannot be trained", function () {
  this.timeout(60_000);

  for (const [title, [layers, sentence]] of Object.entries(refused)) {
    it(`is refused in a sentence: ${title}`, async function () {
      await withEngine(this, "cpu", async (engine) => {
        const model = await modelOf(layers());
        await withoutLeak(async () => {
          const trainer = await engine.train(model, trainerOptions(networkOf(model), new Map()));
          await assert.rejects(trainer.step(batchOf(2, 1), 0.1, 1), asTraining(sentence));
          trainer.dispose();
        });
      });
    });
  }

  it("is refused in a sentence: a graph with control flow, which runs all the same", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = controlFlow();
      await withoutLeak(async () => {
        const trainer = await engine.train(model, trainerOptions(networkOf(model), new Map()));
        const batch = { ...batchOf(2, 1), values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 4] };
        const [output] = await trainer.loaded.predict(batch.values, batch.shape);
        assert.deepEqual([...(output?.values ?? [])], [...batch.values]);
        await assert.rejects(
          trainer.step(batch, 0.1, 1),
          asTraining(
            /^The model cannot be trained: its graph has control flow \(node "either", op Merge\), which TensorFlow\.js cannot differentiate; prune it without fine-tuning\.$/,
          ),
        );
        trainer.dispose();
      });
    });
  });

  it("is not said of what only memory did not suffice for", () => {
    const model = controlFlow();
    const told = (error: unknown) => explainTraining(error, model, () => undefined);
    const failure = () => new Float32Array(2 ** 53 - 1);
    assert.throws(failure, (error) => told(error).code === "backend" && /out of memory/.test(told(error).message));
    const oom = new Error("OOM when allocating tensor with shape[64,112,112,64]");
    assert.equal(told(oom).code, "backend");
    const known = new SecateurError("backend", "The WASM backend is out of memory.");
    assert.equal(told(known), known);
    assert.equal(told(new RangeError("index out of range")).code, "training");
  });
});
