import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine, LoadedModel } from "../../../src/pruning/engine/engine.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import type { JsonObject, Model, Weight } from "../../../src/pruning/model/model.ts";
import { withEngine, withoutLeak } from "./backends.ts";
import { cnn, dense, floatWeight, graphModel, savedModel } from "./models.ts";

/** Loading the model, or what is done with it then, must fail with one sentence that matches. */
async function refuses(
  engine: Engine,
  model: Model,
  sentence: RegExp,
  act?: (loaded: LoadedModel) => Promise<unknown>,
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

describe("What TensorFlow.js cannot load or run", function () {
  this.timeout(60_000);

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
      const changed = async (change: (weights: Map<string, Weight>) => void) => {
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

  it("notices on WASM when an operator could not be built, where tfjs returns garbage", async function () {
    await withEngine(this, "wasm", async (engine) => {
      const model = graphModel("MatMul", [-1, 0], floatWeight("w", [0, 3], []));
      await refuses(engine, model, /WASM backend failed: XNN status/, (loaded) =>
        loaded.predict(new Float32Array(0), [2, 0]),
      );
    });
  });
});
