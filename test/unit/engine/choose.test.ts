import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-core";
import type { BackendReport, Workload } from "../../../src/pruning/engine/engine.ts";
import { type EngineOptions, openEngine } from "../../../src/pruning/engine/open.ts";
import { withinTime } from "../../../src/pruning/engine/timeLimit.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { workloadOf } from "../../../src/pruning/recipe/workload.ts";
import { tfjsNodeFolder } from "./backends.ts";
import { cnn, floatWeight, graphModel, savedModel } from "./models.ts";

/** Whatever this machine has, chosen for a workload. */
async function choose(workload: Workload, options: Partial<EngineOptions> = {}): Promise<BackendReport> {
  const tensors = tf.memory().numTensors;
  const engine = await openEngine({ backend: "auto", tfjsNodeFolders: [tfjsNodeFolder], workload, ...options });
  try {
    assert.equal(tf.getBackend(), engine.backend.name);
    assert.equal(tf.memory().numTensors, tensors, "tensors are left behind");
    const loaded = await engine.load(workload.model);
    const [output] = await loaded.run([{ values: new Float32Array(72), shape: [1, 6, 6, 2] }]);
    assert.equal(output?.values.length, 4);
    loaded.dispose();
    return engine.backend;
  } finally {
    engine.dispose();
  }
}

describe("openEngine, choosing by a workload", function () {
  this.timeout(60_000);
  let model: Model;

  before(async () => {
    const engine = await openEngine({ backend: "cpu", tfjsNodeFolders: [] });
    model = await savedModel(cnn());
    engine.dispose();
  });

  for (const learns of [false, true]) {
    it(`times ${learns ? "a training step" : "a forward pass"} on all that opens, and keeps the fastest`, async () => {
      const { name, choice, passedOver } = await choose(workloadOf(model, learns));
      const names = choice?.timings.map((timing) => timing.name) ?? [];
      const hasTfjsNode = existsSync(join(tfjsNodeFolder, "node_modules", "@tensorflow", "tfjs-node"));
      assert.deepEqual(names, [...(hasTfjsNode ? ["tensorflow"] : []), "wasm", "cpu"]);
      assert.equal(names.length + passedOver.length, 4);
      assert.ok((choice?.batchSize ?? 0) >= 1 && (choice?.batchSize ?? 0) <= 64);
      const took = choice?.timings.map(({ forwardMs, stepMs, reason }) => {
        assert.ok(reason !== undefined || (forwardMs !== undefined && forwardMs > 0));
        assert.equal(stepMs !== undefined, learns && reason === undefined);
        return (learns ? stepMs : forwardMs) ?? Number.POSITIVE_INFINITY;
      });
      const chosen = took?.[names.indexOf(name)] ?? Number.NaN;
      assert.ok(chosen <= Math.min(...(took ?? [])) / 0.9 ** 2, `${name} was chosen of ${JSON.stringify(choice)}`);
    });
  }

  it("says what kept a workload from being timed, and takes the first backend then", async () => {
    // A product of shapes that do not fit, on which every backend fails.
    const broken = graphModel("MatMul", [-1, 2], floatWeight("w", [3, 1], [1, 2, 3]));
    const engine = await openEngine({ backend: "auto", tfjsNodeFolders: [], workload: { model: broken } });
    try {
      const { name, choice } = engine.backend;
      assert.equal(name, "wasm");
      assert.deepEqual(
        choice?.timings.map(({ forwardMs }) => forwardMs),
        [undefined, undefined],
      );
      for (const { reason } of choice?.timings ?? []) assert.match(reason ?? "", /cannot run the model/);
    } finally {
      engine.dispose();
    }
  });

  it("does not time what was asked for by name, nor without a workload", async () => {
    assert.equal((await choose({ model }, { backend: "cpu" })).choice, undefined);
    const engine = await openEngine({ backend: "auto", tfjsNodeFolders: [] });
    assert.deepEqual([engine.backend.name, engine.backend.choice], ["wasm", undefined]);
    engine.dispose();
  });

  it("can be cancelled, and leaves nothing open", async () => {
    const cancel = new AbortController();
    cancel.abort();
    const opening = openEngine({ backend: "auto", tfjsNodeFolders: [], workload: { model }, signal: cancel.signal });
    await assert.rejects(opening, (error) => SecateurError.is(error, "cancelled"));
    assert.ok((await choose({ model })).choice);
  });
});

describe("withinTime", () => {
  it("ends a computation between two kernels, and lets the next one be", async () => {
    const engine = await openEngine({ backend: "cpu", tfjsNodeFolders: [] });
    try {
      const x = tf.ones([4]);
      const slow = withinTime("cpu", 20, async () => {
        await setTimeout(40);
        return tf.square(x);
      });
      await assert.rejects(slow, (error) => {
        assert.ok(SecateurError.is(error, "backend"));
        assert.equal(error.message, "took more than 20 ms");
        return true;
      });
      const square = await withinTime("cpu", 10_000, async () => tf.square(x));
      await setTimeout(5);
      assert.deepEqual([...(await tf.square(square).data())], [1, 1, 1, 1]);
      tf.dispose([x, square]);
    } finally {
      engine.dispose();
    }
  });
});
