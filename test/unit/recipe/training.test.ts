import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import type { JobOptions } from "../../../src/pruning/recipe/events.ts";
import { prepareExamples } from "../../../src/pruning/recipe/examples.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { studioOf } from "../../../src/pruning/recipe/studio.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Trial } from "../../../src/pruning/runs/run.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { withEngine } from "../engine/backends.ts";
import { dense } from "../engine/models.ts";
import { classes, modelOf, placedAt, zerosOf } from "../training/tiny.ts";
import { placeQuadrants, side } from "./quadrants.ts";

const prune = (sparsity: number) => ({ prune: "magnitude", sparsity });
const training = { epochs: 2, batchSize: 8, learningRate: 0.05 };

describe("a recipe that trains", function () {
  this.timeout(60_000);
  const folder = useFolders();

  /** A recipe for a model of two dense layers and quadrants to learn from. */
  async function recipeWith(test: Mocha.Context, steps: readonly object[], counts = { train: 160, t10k: 40 }) {
    const model = await withEngine(test, "cpu", () =>
      modelOf([dense(12, "hidden", { inputShape: [side * side], activation: "relu" }), dense(classes, "head")]),
    );
    const data = { path: placeQuadrants(folder(), counts), scaling: "x/255" };
    return { model: placedAt(folder(), model), data, backend: "cpu", latency: false, steps };
  }

  const heard = (): Heard => ({ trials: [], fractions: [], logs: [] });

  /** Options of a job that calls back at every message of its progress. */
  function listening(place: string, hear: (message: string) => void, signal?: AbortSignal): JobOptions {
    const options = job(place);
    const events = { ...options.events, progress: (_: number, message: string) => hear(message) };
    return { ...options, events, ...(signal && { signal }) };
  }

  it("prunes and fine-tunes in turns, keeps trials where it says record, and never goes back", async function () {
    const all = heard();
    const recipe = await recipeWith(this, [
      { ...prune(0.4), record: true },
      { fineTune: training },
      prune(0.7),
      { fineTune: { ...training, optimizer: "sgd" } },
    ]);
    const run = await runRecipe(recipe, job(join(folder(), "run"), all));
    assert.equal(run.status, "done");
    assert.deepEqual(
      run.trials.map(({ label }) => label),
      [
        "magnitude 40 %",
        "magnitude 40 %, fine-tuned 2 epochs at 0.05, magnitude 70 %, fine-tuned 2 epochs with sgd at 0.05",
      ],
    );
    const [first, last] = run.trials as [Trial, Trial];
    assert.ok(Math.abs(first.metrics.sparsity - 0.4) < 0.01 && Math.abs(last.metrics.sparsity - 0.7) < 0.01);
    assert.ok((last.metrics.accuracy ?? 0) > (run.baseline?.metrics.accuracy ?? 1) + 0.2);
    assert.equal(last.notes.filter((note) => note.startsWith("Fine-tuning, ")).length, 2);
    assert.deepEqual(first.notes, []);
    assert.deepEqual(all.trials, run.trials);
    const { fractions } = all;
    for (const [i, fraction] of fractions.entries()) assert.ok(fraction >= (fractions[i - 1] ?? 0) && fraction <= 1);
    // Two epochs of 18 batches, each a step forward: no stretch of it in which progress stands still.
    const steps = new Set(fractions.map((fraction) => fraction.toFixed(9)));
    assert.ok(steps.size > 72, `${steps.size} different fractions`);
    assert.ok((fractions.at(-1) ?? 0) > 0.99);
  });

  it("gives the same models for the same recipe", async function () {
    const steps = [prune(0.5), { fineTune: { ...training, shift: 1 } }, { distill: { steps: 3 } }];
    const recipe = await recipeWith(this, steps);
    const models = async () => filesIn(join((await runRecipe(recipe, job(join(folder(), "run")))).folder, "trials"));
    assert.deepEqual(await models(), await models());
  });

  it("sweeps over how to train, each from the same pruned model", async function () {
    const recipe = await recipeWith(this, [
      prune(0.5),
      { fineTune: { ...training, epochs: 1, learningRate: [1e-9, 0.05], batchSize: [8, 16] } },
    ]);
    const { trials } = await runRecipe(recipe, job(join(folder(), "run")));
    assert.equal(new Set(trials.map(({ label }) => label)).size, 4);
    const accuracyOf = (rate: string, size: number) =>
      trials.find(({ label }) => label.endsWith(`at ${rate} (batchSize ${size})`))?.metrics.accuracy ?? Number.NaN;
    for (const size of [8, 16]) assert.ok(accuracyOf("1e-9", size) < accuracyOf("0.05", size), `batches of ${size}`);
    const zeros = await Promise.all(trials.map(async ({ model }) => zerosOf(await readModel(model))));
    for (const each of zeros) assert.deepEqual(each, zeros[0]);
  });

  it("distils, recalibrates and trains from scratch in the pruned architecture", async function () {
    const recipe = await recipeWith(this, [
      { ...prune(0.5), record: true },
      { reinitialize: {}, record: true },
      { fineTune: training, record: true },
      { recalibrate: {}, record: true },
      { distill: { ...training, temperature: 4 } },
    ]);
    const { trials } = await runRecipe(recipe, job(join(folder(), "run")));
    const models = await Promise.all(trials.map(async ({ model }) => readModel(model)));
    const kernels = models.map((model) => zerosOf(model)["hidden/kernel"]);
    assert.equal(new Set(kernels).size, 1, "what was pruned stays pruned");
    const weights = models.map((model) => `${model.weights.get("hidden/kernel")?.bytes}`);
    assert.equal(new Set(weights).size, 4, "all steps but recalibrate change the kernel");
    assert.equal(weights[2], weights[3]);
    const [, fresh, trained] = trials.map(({ metrics }) => metrics.accuracy ?? 0);
    assert.ok((trained ?? 0) > (fresh ?? 1) + 0.2, `${fresh} to ${trained}`);
    assert.match(trials[3]?.notes.join(" ") ?? "", /Nothing was recalibrated/);
    assert.match(trials[4]?.notes.join(" ") ?? "", /agreement with the unpruned model/);
  });

  it("is cancelled in the middle of fine-tuning, and the best until then is a trial", async function () {
    const cancel = new AbortController();
    const recipe = await recipeWith(this, [prune(0.5), { fineTune: { ...training, epochs: 50 } }, prune(0.9)]);
    const place = join(folder(), "run");
    const hear = (message: string) => void (message.includes("step 30 of 900") && cancel.abort());
    const run = await runRecipe(recipe, listening(place, hear, cancel.signal));
    assert.equal(run.status, "cancelled");
    assert.deepEqual(
      run.trials.map(({ label }) => label),
      ["magnitude 50 %, fine-tuned 50 epochs at 0.05 (ended early)"],
    );
    const [trial] = run.trials as [Trial];
    assert.match(trial.notes.join(" "), /Fine-tuning, 30 of 900 steps: .*best after step 18\./);
    assert.ok((trial.metrics.accuracy ?? 0) > (run.baseline?.metrics.accuracy ?? 1));
    assert.ok(Math.abs(trial.metrics.sparsity - 0.5) < 0.01);
    assert.ok(existsSync(trial.model));
    assert.deepEqual(await readRun(place), run);
  });

  it("says failed when the loss is no number, and keeps the last good weights as a trial", async function () {
    const recipe = await recipeWith(this, [
      { ...prune(0.5), record: true },
      { fineTune: { ...training, optimizer: "sgd", learningRate: 1e30 } },
      prune(0.9),
    ]);
    const place = join(folder(), "run");
    await assert.rejects(runRecipe(recipe, job(place)), { code: "training", message: /^The loss became / });
    const run = await readRun(place);
    assert.equal(run.status, "failed");
    assert.match(run.error ?? "", /^The loss became \w+ at step \d+ with the learning rate .*e\+\d+; the last good /);
    assert.equal(run.trials.length, 2);
    const [pruned, kept] = run.trials as [Trial, Trial];
    assert.equal(kept.label, "magnitude 50 %, fine-tuned 2 epochs with sgd at 1e+30 (ended early)");
    assert.equal(kept.metrics.accuracy, pruned.metrics.accuracy);
    assert.deepEqual((await readModel(kept.model)).weights, (await readModel(pruned.model)).weights);
  });

  it("finds out before anything is written that there is nothing to learn from", async function () {
    const place = join(folder(), "run");
    const steps = [prune(0.5), { fineTune: training }];
    const { data: _, ...dataless } = await recipeWith(this, steps);
    await assert.rejects(runRecipe(dataless, job(place)), { code: "bad-recipe" });
    const testOnly = await recipeWith(this, steps, { t10k: 40 } as never);
    await assert.rejects(runRecipe(testOnly, job(place)), {
      code: "bad-data",
      message:
        /has no training images, which a step of the recipe learns from; add its files, or leave the step out\.$/,
    });
    const tooFew = await recipeWith(this, steps, { train: 4, t10k: 40 });
    await assert.rejects(runRecipe(tooFew, job(place)), { code: "bad-data", message: /^Holding out 0 of 4 training / });
    assert.ok(!existsSync(place));
  });

  it("learns from images of every class where it is limited, of data sorted by class", async function () {
    const { model: path, data } = await recipeWith(this, [prune(0.5)]);
    const model = await readModel(path);
    await withEngine(this, "cpu", async (engine) => {
      const loaded = await engine.load(model);
      const recipe = { data: { path: data.path, limit: { train: 12, validation: 8 } } };
      const dataset = await readDataset(data.path);
      const examples = await prepareExamples(dataset, recipe, loaded, { events: { log: () => {} } });
      const { train, validation } = studioOf(engine, examples, { data: recipe.data, seed: 1 });
      assert.deepEqual([train.split.count, validation.split.count], [12, 8]);
      for (const { split } of [train, validation]) assert.equal(new Set(split.labels).size, classes);
      assert.deepEqual(train.fit.example, [networkOf(model).inputs[0]?.shape[1]]);
      loaded.dispose();
    });
  });
});
