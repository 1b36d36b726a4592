import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { backendText, choiceText } from "../../../src/pruning/runs/backendText.ts";
import type { BackendRecord, RunInfo } from "../../../src/pruning/runs/run.ts";
import { useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { sampleModel } from "../../support/samples.ts";

describe("a run's backend", function () {
  this.timeout(60_000);
  const folder = useFolders();
  const steps = [{ prune: "magnitude", sparsity: 0.5 }];

  it("is chosen by timing the model, which run.json and the log tell with every figure", async () => {
    const heard: Heard = { trials: [], fractions: [], logs: [] };
    const run = await runRecipe({ model: sampleModel, latency: true, steps }, job(join(folder(), "run"), heard));
    const { backend } = JSON.parse(readFileSync(join(run.folder, "run.json"), "utf8")) as RunInfo;
    assert.deepEqual(run.backend, backend);
    assert.ok(backend?.choice);
    const { batchSize, timings } = backend.choice;
    assert.ok(batchSize >= 1);
    assert.ok(timings.some(({ name, forwardMs }) => name === backend.name && forwardMs !== undefined));
    for (const { forwardMs, stepMs, reason } of timings) {
      assert.ok((forwardMs !== undefined && forwardMs > 0) || reason !== undefined);
      assert.equal(stepMs, undefined);
    }
    assert.equal(timings.length + backend.passedOver.length, 4);
    const line = `TensorFlow.js runs on ${backendText(backend)}, chosen by ${choiceText(backend)}.`;
    assert.ok(heard.logs.includes(line), heard.logs.join("\n"));
  });

  it("is not timed where it is named", async () => {
    const run = await runRecipe(
      { model: sampleModel, latency: true, backend: "wasm", steps },
      { ...job(join(folder(), "run")), threads: 1 },
    );
    assert.deepEqual(run.backend, { name: "wasm", detail: "SIMD, 1 thread", passedOver: [] });
  });

  it("is none where nothing is computed", async () => {
    assert.equal((await runRecipe({ model: sampleModel, steps }, job(join(folder(), "run")))).backend, undefined);
  });
});

describe("backendText and choiceText", () => {
  const backend: BackendRecord = { name: "wasm", detail: "SIMD, 2 threads", passedOver: [] };

  it("say what runs, and what it was chosen by", () => {
    assert.equal(backendText(backend), "wasm (SIMD, 2 threads)");
    assert.equal(choiceText(backend), undefined);
    const forward = [
      { name: "wasm", forwardMs: 9.374 },
      { name: "cpu", reason: "took more than 147 ms" },
    ];
    assert.equal(
      choiceText({ ...backend, choice: { batchSize: 24, timings: forward } }),
      "a forward pass of 24 examples: wasm 9.37 ms, cpu took more than 147 ms",
    );
    const steps = [
      { name: "wasm", forwardMs: 9, stepMs: 1234 },
      { name: "cpu", forwardMs: 20, reason: "took more than 147 ms" },
    ];
    assert.equal(
      choiceText({ ...backend, choice: { batchSize: 1, timings: steps } }),
      "a training step on 1 example: wasm 1,234 ms, cpu took more than 147 ms",
    );
  });
});
