import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModel } from "../../../src/pruning/model/read.ts";
import { evaluateModel } from "../../../src/pruning/recipe/evaluator.ts";
import { type PlannedStep, planOf } from "../../../src/pruning/recipe/plan.ts";
import { resumeRun } from "../../../src/pruning/recipe/resume.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { parseRecipe } from "../../../src/pruning/recipe/schema.ts";
import { sensitivityFile } from "../../../src/pruning/runs/folder.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Run, SensitivityAnalysis, Trial } from "../../../src/pruning/runs/run.ts";
import { useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { placeFile, placeModel } from "../../support/modelFiles.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";
import { tinyGraphModel } from "../../support/tinyModels.ts";
import { idx } from "../data/files.ts";

/** The first images of real MNIST, of which a tenth of those to train on validate. */
function placeDigits(folder: string, counts: { readonly train: number; readonly t10k: number }): string {
  for (const [name, count] of Object.entries(counts)) {
    const read = (kind: string) => readFileSync(join(sampleData, `${name}-${kind}`));
    const pixels = read("images-idx3-ubyte").subarray(16, 16 + count * 28 * 28);
    const labels = read("labels-idx1-ubyte").subarray(8, 8 + count);
    placeFile(folder, `${name}-images-idx3-ubyte`, idx([count, 28, 28], pixels));
    placeFile(folder, `${name}-labels-idx1-ubyte`, idx([count], labels));
  }
  return folder;
}

describe("a recipe that measures sensitivity", function () {
  this.timeout(180_000);
  const folder = useFolders();

  let data: { path: string; scaling: string };
  beforeEach(() => {
    data = { path: placeDigits(folder(), { train: 1200, t10k: 40 }), scaling: "x/255" };
  });
  const recipe = (...steps: object[]) => ({ model: sampleModel, data, backend: "wasm", latency: false, steps });
  const run = (...steps: object[]): Promise<Run> => runRecipe(recipe(...steps), job(join(folder(), "run")));
  const only = ({ sensitivity }: Run): SensitivityAnalysis => {
    assert.equal(sensitivity.length, 1);
    return sensitivity[0] as SensitivityAnalysis;
  };

  it("finds what pruning each layer alone does to the model, and leaves the model as it is", async () => {
    const done = await run({ sensitivity: { ratios: [0.8, 0.5], criterion: "l1", images: 500 } });
    assert.equal(done.status, "done");
    assert.deepEqual(done.trials, []);
    assert.ok(!existsSync(join(done.folder, "unfinished")));
    const found = only(done);
    assert.deepEqual(found.ratios, [0.5, 0.8]);
    assert.ok(found.isDone);
    assert.equal(found.label, "sensitivity by l1");
    assert.deepEqual(
      found.groups.map(({ name, channels, points }) => [name, channels, points.map(({ removed }) => removed)]),
      [
        ["conv1", 16, [8, 13]],
        ["conv2", 32, [16, 26]],
        ["conv3", 48, [24, 38]],
        ["dense1", 64, [32, 51]],
      ],
    );
    assert.deepEqual(
      found.left.map(({ name }) => name),
      ["output"],
    );
    const validation = async (path: string) => {
      const { accuracy, loss, examples } = await evaluateModel(
        { model: path, data: { ...data, scaling: "x/255" }, backend: "wasm" },
        await readModel(path),
        { split: "validation", ...job("") },
      );
      assert.equal(examples, found.images);
      return { accuracy, loss };
    };
    assert.deepEqual({ accuracy: found.accuracy, loss: found.loss }, await validation(sampleModel));
    for (const layers of ["conv1", "dense1"]) {
      const alone = { prune: "structured", filters: 0.8, scope: "layer", criterion: "l1", layers };
      const { trials } = await run(alone);
      const point = found.groups.find(({ name }) => name === layers)?.points[1];
      const { accuracy, loss } = await validation((trials[0] as Trial).model);
      assert.deepEqual({ accuracy: point?.accuracy, loss: point?.loss }, { accuracy, loss }, layers);
    }
  });

  it("stands beside steps that prune: of the model as it is there, trials as without it", async () => {
    const prune = { prune: "structured", filters: 0.5 };
    const look = { sensitivity: { ratios: [0.5], images: 20, layers: "conv2" } };
    const done = await run(look, prune, look);
    assert.deepEqual(
      done.trials.map(({ label }) => label),
      ["structured 50 % of filters"],
    );
    const [before, after] = done.sensitivity as [SensitivityAnalysis, SensitivityAnalysis];
    assert.equal(before.label, "sensitivity by l2 of conv2");
    assert.equal(after.label, "structured 50 % of filters, sensitivity by l2 of conv2");
    assert.deepEqual([before.groups[0]?.channels, after.groups[0]?.channels], [32, 14]);
    assert.deepEqual(await readRun(done.folder), done);
  });

  it("keeps a trial after the last step that makes a model, and where it is told to", () => {
    const records = (...steps: object[]) => {
      const flat = (plan: readonly PlannedStep[]): boolean[] => plan.flatMap((s) => [s.record, ...flat(s.next)]);
      return flat(planOf(parseRecipe(recipe(...steps), "it")));
    };
    const prune = { prune: "structured", filters: 0.5 };
    assert.deepEqual(records({ sensitivity: {} }), [false]);
    assert.deepEqual(records({ sensitivity: {}, record: true }), [true]);
    assert.deepEqual(records(prune, { sensitivity: {} }, { sensitivity: {} }), [true, false, false]);
    assert.deepEqual(records(prune, { sensitivity: {} }, prune), [false, false, true]);
  });

  it("keeps what it has found when it is cancelled, and goes on from there", async () => {
    const step = { sensitivity: { ratios: [0.5], images: 20 } };
    const cancel = new AbortController();
    const options = job(join(folder(), "run"));
    const progress = (_: number, message: string) => {
      if (message.endsWith("50 % of conv3")) cancel.abort();
    };
    const events = { ...options.events, progress };
    const cancelled = await runRecipe(recipe(step), { ...options, events, signal: cancel.signal });
    assert.equal(cancelled.status, "cancelled");
    const begun = only(cancelled);
    assert.deepEqual([begun.groups.length, begun.isDone], [2, false]);

    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const resumed = await resumeRun(job(cancelled.folder, heard));
    assert.equal(resumed.status, "done");
    assert.ok(!heard.messages?.some((message) => message.endsWith("of conv1")), heard.messages?.join("\n"));
    assert.deepEqual({ ...only(resumed) }, only(await run(step)));
  });

  it("does not call robust what nothing was taken from", async () => {
    const scales = await run({ sensitivity: { ratios: [0.5], images: 20, criterion: "batchNorm" } });
    assert.deepEqual(only(scales).groups, []);
    assert.ok(only(scales).left.some(({ reason }) => reason === "The criterion says nothing of it."));
    const little = await run({ sensitivity: { ratios: [0.01, 0.03], images: 20 } });
    assert.deepEqual(
      only(little).groups.map(({ name, points }) => [name, points.map(({ ratio }) => ratio)]),
      [
        ["conv2", [0.03]],
        ["conv3", [0.03]],
        ["dense1", [0.01, 0.03]],
      ],
    );
    assert.deepEqual(only(little).left[1], { name: "conv1", reason: "It has too few channels for any of the ratios." });
  });

  it("refuses what cannot be meant, before anything is written", async () => {
    const place = join(folder(), "run");
    const refuses = (value: object, message: RegExp) =>
      assert.rejects(runRecipe(value, job(place)), { code: "bad-recipe", message });
    const { data: _, ...dataless } = recipe({ sensitivity: {} });
    await refuses(dataless, /learns from images, but it names no data/);
    await refuses(
      recipe({ sensitivity: { ratios: [0.5, 1] } }),
      /ratios\.1: a ratio is more than 0 and less than 1\.$/,
    );
    await refuses(recipe({ sensitivity: { ratios: [] } }), /ratios: at least one ratio is needed\.$/);
    await refuses(recipe({ sensitivity: { layers: "zzz" } }), /^No layer fits "zzz" in layers; /);
    await refuses(
      { ...recipe({ sensitivity: {} }), model: placeModel(folder(), tinyGraphModel) },
      /this is a graph model; leave the step sensitivity out\.$/,
    );
    assert.ok(!existsSync(place));
  });

  it("says which file to remove where it cannot be read back", async () => {
    const { folder: place } = await run({ sensitivity: { ratios: [0.5], images: 20 } });
    const path = sensitivityFile(place);
    writeFileSync(path, readFileSync(path, "utf8").replace('"version": 1', '"version": 2'));
    await assert.rejects(readRun(place), {
      code: "bad-run",
      message: /sensitivity\.json cannot be read back .*; remove it/,
    });
  });
});
