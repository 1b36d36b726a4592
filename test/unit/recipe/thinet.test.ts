import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tfl from "@tensorflow/tfjs-layers";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { resumeRun } from "../../../src/pruning/recipe/resume.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Run, Trial } from "../../../src/pruning/runs/run.ts";
import { openInBrowser } from "../../support/browser.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { placeModel } from "../../support/modelFiles.ts";
import { sampleData } from "../../support/samples.ts";
import { tinyGraphModel } from "../../support/tinyModels.ts";
import { withEngine } from "../engine/backends.ts";
import { dense, savedModel } from "../engine/models.ts";
import { classes, placedAt } from "../training/tiny.ts";
import { placeQuadrants, side } from "./quadrants.ts";
import { sampleRecipe } from "./sampleRecipe.ts";

const data = { path: sampleData, limit: { train: 1000, validation: 100, test: 500 }, scaling: "x/255" };

describe("a recipe that prunes by ThiNet", function () {
  this.timeout(180_000);
  const folder = useFolders();

  const recipe = (steps: readonly object[], more: object = {}) => sampleRecipe(steps, { data, ...more });
  const run = (steps: readonly object[], more: object = {}): Promise<Run> =>
    runRecipe(recipe(steps, more), job(join(folder(), "run")));
  const thinet = (options: object) => ({ prune: "thinet", images: 200, ...options });
  const filtersOf = async ({ model }: Trial) =>
    networkOf(await readModel(model))
      .layers.filter(({ prunable }) => prunable)
      .map(({ outputShape }) => outputShape?.at(-1));

  it("takes the same share from every layer, and does better than chance, better still rescaled", async () => {
    const { trials } = await run([thinet({ share: 0.5, unscaled: [false, true] })]);
    const chance = await run([{ prune: "structured", filters: 0.5, scope: "layer", criterion: "random" }], { seed: 2 });
    const [rescaled, plain] = trials as [Trial, Trial];
    assert.equal(rescaled.label, "ThiNet 50 % of each layer's filters on 200 images");
    for (const trial of trials) {
      assert.deepEqual(await filtersOf(trial), [8, 16, 24, 32, 10], "filters");
      assert.match(trial.notes[0] ?? "", /^Asked for 50 % of each layer's filters, and 50 % of the unpruned model's /);
      await openInBrowser(trial.model, "layers-model");
    }
    const errors = rescaled.notes.flatMap((note) => {
      const [, before, after] = /misses ([\d.]+) % of what it computed, squared, and ([\d.]+) % with/.exec(note) ?? [];
      return before === undefined ? [] : [[Number(before), Number(after)] as const];
    });
    assert.equal(errors.length, 4, rescaled.notes.join("\n"));
    for (const [before, after] of errors) assert.ok(after < before, rescaled.notes.join("\n"));
    const accuracies = [rescaled, plain, chance.trials[0]].map((trial) => trial?.metrics.accuracy ?? Number.NaN);
    const [first = 0, second = 0, third = 0] = accuracies;
    assert.ok(first > second && second > third, accuracies.join());
  });

  it("leaves what several layers make or read, and says so", async function () {
    const model = await withEngine(this, "cpu", async () => {
      const input = tfl.input({ shape: [side, side, 1] });
      const conv = (name: string, filters: number) =>
        tfl.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", name });
      const stem = conv("stem", 4).apply(input) as tfl.SymbolicTensor;
      const inner = conv("inner", 6).apply(stem) as tfl.SymbolicTensor;
      const back = conv("back", 4).apply(inner) as tfl.SymbolicTensor;
      const sum = tfl.layers.add({ name: "sum" }).apply([stem, back]) as tfl.SymbolicTensor;
      const last = conv("last", 4).apply(sum) as tfl.SymbolicTensor;
      const flat = tfl.layers.flatten({ name: "flat" }).apply(last) as tfl.SymbolicTensor;
      const outputs = ["one", "two"].map((name) => dense(3, name).apply(flat) as tfl.SymbolicTensor);
      const joined = tfl.layers.concatenate({ name: "joined" }).apply(outputs) as tfl.SymbolicTensor;
      const answer = dense(classes, "answer", { activation: "softmax" }).apply(joined) as tfl.SymbolicTensor;
      return savedModel(tfl.model({ inputs: input, outputs: answer }));
    });
    const own = { path: placeQuadrants(folder(), { train: 160, t10k: 40 }), scaling: "x/255" };
    const { trials } = await run([thinet({ share: 0.5 })], { model: placedAt(folder(), model), data: own });
    const notes = trials[0]?.notes.join("\n") ?? "";
    assert.match(notes, /^inner 6 → 3: without them back misses /m);
    assert.match(notes, /^one 3 → 1: |^one 3 → 2: /m);
    assert.match(notes, /stem \(stem and back make its channels together\)/);
    assert.match(notes, /last \(one and two all read it, and ThiNet looks at one layer\)/);
  });

  it("trains after each layer but the last, and says which one it is at", async () => {
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const steps = [thinet({ share: 0.25, skip: "dense*", fineTune: { steps: 3 } })];
    const { trials } = await runRecipe(recipe(steps), job(join(folder(), "run"), heard));
    const said = (message: string) => heard.messages?.filter((each) => each.includes(message)).length;
    assert.equal(said("layer 1 of 3, conv1: sampling contributions, batch 1 "), 1, heard.messages?.join("\n"));
    assert.equal(said("step 3 of 3"), 2, heard.messages?.join("\n"));
    assert.ok(trials[0]?.notes.some((note) => note.startsWith("Fine-tuning, 3 of 3 steps")));
  });

  it("goes on after the layer at which it was broken off, with the same weights in the end", async () => {
    const steps = [thinet({ share: 0.5, skip: "dense*", fineTune: { steps: 2 } })];
    const root = folder();
    const oneThread = (name: string, heard?: Heard) => ({ ...job(join(root, name), heard), threads: 1 });
    const whole = await runRecipe(recipe(steps), oneThread("whole"));
    const cancel = new AbortController();
    const options = oneThread("cut");
    const progress = (_: number, message: string) => {
      if (message.includes("layer 3 of 3, conv3: sampling")) cancel.abort();
    };
    const events = { ...options.events, progress };
    const cut = await runRecipe(recipe(steps), { ...options, events, signal: cancel.signal });
    assert.equal(cut.status, "cancelled");
    assert.deepEqual(await filtersOf(cut.trials[0] as Trial), [8, 16, 48, 64, 10], "what is finished is kept");
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    await resumeRun(oneThread("cut", heard));
    assert.ok(!heard.messages?.some((message) => message.includes("layer 2 of 3")), heard.messages?.join("\n"));
    const again = (await readRun(cut.folder)).trials.at(-1) as Trial;
    assert.deepEqual(again.notes, whole.trials[0]?.notes);
    assert.deepEqual(filesIn(join(again.model, "..")), filesIn(join(whole.trials[0]?.model ?? "", "..")));
  });

  it("goes on where another step ended, keeps widths, and says why nothing was pruned", async () => {
    const { trials } = await run([
      thinet({ share: 0.25, record: true }),
      thinet({ share: 0.5, minWidth: 20, record: true }),
      thinet({ share: 0.2 }),
    ]);
    assert.deepEqual(await Promise.all(trials.map(filtersOf)), [
      [12, 24, 36, 48, 10],
      [12, 20, 24, 32, 10],
      [12, 20, 24, 32, 10],
    ]);
    assert.match(trials[2]?.notes.join("\n") ?? "", /Nothing was pruned: asked for 20 % of each layer's filters, and /);
  });

  it("refuses graph models and missing data before anything is written", async () => {
    const place = join(folder(), "run");
    const graph = placeModel(folder(), tinyGraphModel);
    await assert.rejects(runRecipe(recipe([thinet({ share: 0.5 })], { model: graph }), job(place)), {
      code: "bad-recipe",
      message: /^ThiNet pruning works on layers models, and this is another kind of model; /,
    });
    const without = sampleRecipe([thinet({ share: 0.5 })]);
    await assert.rejects(runRecipe(without, job(place)), { code: "bad-recipe", message: /names no data/ });
    assert.ok(!existsSync(place));
  });
});
