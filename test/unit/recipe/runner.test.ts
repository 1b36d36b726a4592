import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Trial } from "../../../src/pruning/runs/run.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";

const sweep = { model: sampleModel, steps: [{ prune: "magnitude", sparsity: [0.25, 0.5] }] };

describe("the recipe runner", function () {
  this.timeout(60_000);
  const folder = useFolders();

  it("writes a run that reads back as it was announced", async () => {
    const heard: Heard = { trials: [], fractions: [], logs: [] };
    const run = await runRecipe(sweep, job(join(folder(), "run"), heard));
    assert.equal(run.status, "done");
    assert.deepEqual(await readRun(run.folder), run);
    assert.deepEqual(heard.trials, run.trials);
    assert.equal(run.baseline?.id, `${run.id}/0`);
    assert.deepEqual(
      run.trials.map(({ id }) => id),
      [`${run.id}/1`, `${run.id}/2`],
    );
    assert.deepEqual(JSON.parse(readFileSync(join(run.folder, "recipe.json"), "utf8")), sweep);
  });

  it("leaves the user's model as it was", async () => {
    const before = filesIn(join(sampleModel, ".."));
    await runRecipe(sweep, job(join(folder(), "run")));
    assert.deepEqual(filesIn(join(sampleModel, "..")), before);
  });

  it("follows every branch of a sweep over two steps, and records where it is told to", async () => {
    const steps = [
      { prune: "magnitude", sparsity: [0.2, 0.4], layers: "conv*", record: true },
      { prune: "magnitude", sparsity: 0.6 },
    ];
    const run = await runRecipe({ model: sampleModel, steps }, job(join(folder(), "run")));
    assert.deepEqual(
      run.trials.map(({ label }) => label),
      [
        "magnitude 20 % of conv*",
        "magnitude 20 % of conv*, magnitude 60 %",
        "magnitude 40 % of conv*",
        "magnitude 40 % of conv*, magnitude 60 %",
      ],
    );
    const [first, second] = run.trials as [Trial, Trial];
    const dense = (trial: Trial) => trial.layers.filter(({ name }) => !name.startsWith("conv"));
    assert.ok(dense(first).every(({ sparsity }) => sparsity < 0.01));
    assert.ok(Math.abs(second.metrics.sparsity - 0.6) < 1e-4);
  });

  it("measures every trial on the same examples, with labels of the data deciding the scaling", async () => {
    const data = { path: sampleData, limit: { test: 250 } };
    const run = await runRecipe({ ...sweep, data, backend: "wasm" }, job(join(folder(), "run")));
    assert.equal(run.data?.scaling, "x/255");
    assert.match(run.data?.notes.join(" ") ?? "", /x\/127\.5-1 \d/);
    for (const { metrics } of [...(run.baseline ? [run.baseline] : []), ...run.trials]) {
      assert.ok(
        (metrics.accuracy ?? 0) > 0.9 && Number.isInteger(Math.round((metrics.accuracy ?? 0) * 250 * 1e6) / 1e6),
      );
      assert.ok((metrics.loss ?? -1) > 0);
      assert.ok((metrics.latencyMs ?? 0) > 0 && (metrics.latencyBatch32Ms ?? 0) > 0);
    }
  });

  it("gives the same models for the same recipe", async () => {
    const [a, b] = [await runRecipe(sweep, job(join(folder(), "a"))), await runRecipe(sweep, job(join(folder(), "b")))];
    const models = (run: { folder: string }) => filesIn(join(run.folder, "trials"));
    assert.deepEqual(models(a), models(b));
  });

  it("says why nothing was pruned", async () => {
    const steps = [{ prune: "magnitude", threshold: 0 }];
    const { trials } = await runRecipe({ model: sampleModel, steps }, job(join(folder(), "run")));
    assert.match(trials[0]?.notes.join(" ") ?? "", /Nothing was pruned: .* no other weight's magnitude is below 0/);
  });

  it("ends as cancelled at the next safe point, with what was finished", async () => {
    const cancel = new AbortController();
    const many = { model: sampleModel, steps: [{ prune: "magnitude", sparsity: [0.1, 0.2, 0.3, 0.4] }] };
    const options = job(join(folder(), "run"), undefined, () => cancel.abort());
    const run = await runRecipe(many, { ...options, signal: cancel.signal });
    assert.equal(run.status, "cancelled");
    assert.equal(run.trials.length, 1);
    assert.deepEqual(readdirSync(join(run.folder, "trials")), ["1"]);
  });

  it("says failed, keeps finished trials and leaves no half model when the disk refuses", async () => {
    const place = join(folder(), "run");
    const options = job(place, undefined, () => mkdirSync(join(place, "trials", "2")));
    await assert.rejects(runRecipe(sweep, options), (error) => SecateurError.is(error, "bad-output"));
    const run = await readRun(place);
    assert.equal(run.status, "failed");
    assert.match(run.error ?? "", /exists already/);
    assert.equal(run.trials.length, 1);
    assert.deepEqual(readdirSync(join(place, "trials")).sort(), ["1", "2"]);
  });

  it("writes nothing for bad input", async () => {
    const place = join(folder(), "run");
    const bad = [
      { ...sweep, model: "nowhere.json" },
      { ...sweep, data: { path: "nowhere" } },
      { ...sweep, steps: [{ prune: "magnitude" }] },
      { ...sweep, steps: [] },
      "a string",
    ];
    for (const recipe of bad) await assert.rejects(runRecipe(recipe, job(place)), SecateurError);
    assert.ok(!existsSync(place));
  });
});
