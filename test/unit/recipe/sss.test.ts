import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as tfl from "@tensorflow/tfjs-layers";
import { readRecord } from "../../../src/pruning/graph/channels/record.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { type Model, withWeights } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { resumeRun } from "../../../src/pruning/recipe/resume.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import type { FactorRecord, Run, Trial } from "../../../src/pruning/runs/run.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { withEngine } from "../engine/backends.ts";
import { dense, floatWeight, savedModel } from "../engine/models.ts";
import { classes, modelOf, placedAt } from "../training/tiny.ts";
import { placeQuadrants, side } from "./quadrants.ts";

/** Units of the known network: detectors of a quadrant each, weaker copies of them, and units that never fire. */
const detectors = [1, 4, 6, 9];
const copies = [0, 3, 7, 10];
const dead = [2, 5, 8, 11];
const units = 12;

const quadrantOf = (pixel: number) => 2 * Number(Math.floor(pixel / side) > 1) + Number(pixel % side > 1);

/**
 * A network with a known answer: each quadrant has one unit that tells it, and a copy of that unit to which the answer
 * listens less. Of the two the stronger one does the same for less γ·λ, so that the copy is not needed; identical twins
 * would share every gradient, and nothing could choose between them.
 */
async function knownModel(trainable: boolean): Promise<Model> {
  const model = await modelOf([
    tfl.layers.flatten({ inputShape: [side, side, 1], name: "flat" }),
    dense(units, "hidden", { activation: "relu", trainable }),
    dense(classes, "answer", { trainable }),
  ]);
  const tells = (unit: number) => Math.max(detectors.indexOf(unit), copies.indexOf(unit));
  const hidden = Float32Array.from(
    { length: side * side * units },
    (_, i) => Number(quadrantOf(Math.floor(i / units)) === tells(i % units)) * 2,
  );
  const answer = Float32Array.from({ length: units * classes }, (_, i) => {
    const unit = Math.floor(i / classes);
    if (dead.includes(unit)) return 1;
    return Number(tells(unit) === i % classes) * (detectors.includes(unit) ? 1.5 : 0.2);
  });
  return withWeights(model, [
    floatWeight("hidden/kernel", [side * side, units], hidden),
    floatWeight(
      "hidden/bias",
      [units],
      Array.from({ length: units }, (_, unit) => (dead.includes(unit) ? -10 : -3)),
    ),
    floatWeight("answer/kernel", [units, classes], answer),
    floatWeight("answer/bias", [classes], new Float32Array(classes)),
  ]);
}

/** Two residual blocks of units: the first never fires, the second tells the quadrants. */
async function residualModel(): Promise<Model> {
  const pixels = side * side;
  const image = tfl.input({ shape: [side, side, 1], name: "image" });
  const flat = tfl.layers.flatten({ name: "flat" }).apply(image) as tfl.SymbolicTensor;
  const block = (from: tfl.SymbolicTensor, name: string, add: string) => {
    const branch = dense(pixels, name, { activation: "relu" }).apply(from) as tfl.SymbolicTensor;
    return tfl.layers.add({ name: add }).apply([from, branch]) as tfl.SymbolicTensor;
  };
  const sum = block(block(flat, "dead", "add1"), "telling", "add2");
  const outputs = dense(classes, "answer").apply(sum) as tfl.SymbolicTensor;
  const model = await savedModel(tfl.model({ inputs: image, outputs }));
  const square = (value: (row: number, column: number) => number) =>
    Float32Array.from({ length: pixels * pixels }, (_, i) => value(Math.floor(i / pixels), i % pixels));
  return withWeights(model, [
    floatWeight(
      "dead/kernel",
      [pixels, pixels],
      square(() => 0.1),
    ),
    floatWeight("dead/bias", [pixels], new Float32Array(pixels).fill(-50)),
    floatWeight(
      "telling/kernel",
      [pixels, pixels],
      square((pixel, unit) => Number(quadrantOf(pixel) === unit) * 2),
    ),
    floatWeight("telling/bias", [pixels], new Float32Array(pixels).fill(-3)),
    floatWeight(
      "answer/kernel",
      [pixels, classes],
      Float32Array.from({ length: pixels * classes }, (_, i) => Number(Math.floor(i / classes) === i % classes) * 1.5),
    ),
    floatWeight("answer/bias", [classes], new Float32Array(classes)),
  ]);
}

/** What is said of training that has left a model that guesses among four classes. */
const lost =
  /no better than a guess \(loss \S+, and a guess among 4 classes costs 1\.386\), .*: lower learningRate or γ, /;

const sss = { prune: "sss", gamma: 0.05, learningRate: 0.05, decay: "constant", batchSize: 40 };

describe("a recipe with sparse structure selection", function () {
  this.timeout(180_000);
  const folder = useFolders();

  async function recipe(test: Mocha.Context, steps: readonly object[], trainable = true, backend = "wasm") {
    const model = placedAt(folder(), await withEngine(test, "cpu", () => knownModel(trainable)));
    const data = { path: placeQuadrants(folder(), { train: 400, t10k: 80 }), scaling: "x/255" };
    return { model, data, backend, latency: false, steps };
  }
  const run = async (test: Mocha.Context, steps: readonly object[], trainable?: boolean): Promise<Run> =>
    runRecipe(await recipe(test, steps, trainable), job(join(folder(), "run")));
  const only = ({ trials }: Run): Trial => {
    assert.equal(trials.length, 1);
    return trials[0] as Trial;
  };
  const record = ({ factors }: Run): FactorRecord => {
    assert.equal(factors.length, 1);
    return factors[0] as FactorRecord;
  };

  for (const [weights, trainable] of [
    ["frozen", false],
    ["trained with them", true],
  ] as const) {
    it(`takes out exactly the copies and the dead of a known network, weights ${weights}`, async function () {
      const done = await run(this, [{ ...sss, steps: 120 }], trainable);
      const trial = only(done);
      const { hidden } = readRecord(await readModel(trial.model));
      assert.deepEqual(
        hidden,
        [...copies, ...dead].sort((a, b) => a - b),
        trial.notes.join("\n"),
      );
      assert.ok((trial.metrics.accuracy ?? 0) >= (done.baseline?.metrics.accuracy ?? 1) - 0.02);
      assert.ok(!trial.notes.some((note) => lost.test(note)));
      const { groups, step, steps, by } = record(done);
      assert.deepEqual(
        [groups.length, groups[0]?.zero, groups[0]?.count, step, steps, by],
        [1, 8, 12, 120, 120, "factors"],
      );
    });
  }

  it("says what it came to: γ, the share of zeros by layer, what went", async function () {
    const { notes, label } = only(await run(this, [{ ...sss, steps: 120 }]));
    assert.equal(label, "sss γ 0.05 120 steps at 0.05 batches of 40 decay constant");
    assert.equal(notes[0], "Trained 120 steps with γ 0.05: the factors of 8 of 12 filters are exactly zero (66.7 %).");
    assert.equal(notes[1], "By layer: hidden 8 of 12 (66.7 %).");
    assert.match(notes[2] ?? "", /^Gone of the unpruned model: 66\.7 % of filters, /);
    assert.equal(notes[3], "Filters: hidden 12 → 4.");
    assert.match(notes[4] ?? "", /^Left whole: answer \(Layer "answer" gives/);
  });

  it("warns before the run begins of a γ that reaches zero never, and says why nothing went", async function () {
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const options = job(join(folder(), "run"), heard);
    const events = {
      ...options.events,
      log(level: string, message: string) {
        if (level !== "warn") return;
        assert.ok(!existsSync(options.folder), "the warning comes before anything is written");
        heard.logs.push(message);
      },
    };
    const steps = [{ fineTune: { steps: 1 } }, { ...sss, gamma: [0.001, "auto"], warmup: 0, steps: 40 }];
    const { trials } = await runRecipe(await recipe(this, steps), { ...options, events });
    const warning =
      /With γ 0\.001 a factor that nobody needs is zero after about 2,009 steps, and there are 40: take a γ of at least 0\.06\d*, more steps, or a higher learning rate\.$/;
    assert.equal(heard.logs.length, 1);
    assert.match(heard.logs[0] ?? "", warning);
    assert.match(heard.logs[0] ?? "", /^fine-tuned 1 step, sss γ 0\.001 40 steps at 0\.05 /);
    const [slow, auto] = trials;
    assert.ok(slow && auto);
    const { notes, model } = slow;
    assert.ok(notes.some((note) => warning.test(note)));
    assert.ok(!auto.notes.some((note) => /With γ/.test(note)));
    assert.ok(
      notes.some((note) =>
        /^Nothing was pruned: the smallest factor is 0\.\d+; a larger γ, or more steps, let more go\.$/.test(note),
      ),
    );
    assert.deepEqual(readRecord(await readModel(model)), {});
  });

  it("leaves no layer without anything, however large γ is, and what it leaves can be trained", async function () {
    const done = await run(this, [{ ...sss, gamma: 20, steps: 40 }, { fineTune: { steps: 20 } }]);
    const trial = only(done);
    assert.ok(trial.notes.some((note) => note.startsWith("A layer whose factors have all become zero keeps")));
    assert.ok(trial.notes.some((note) => lost.test(note)));
    const model = await readModel(trial.model);
    assert.deepEqual(model.weights.get("hidden/kernel")?.shape, [side * side, 1]);
    const kernel = model.weights.get("answer/kernel")?.bytes ?? new Uint8Array();
    assert.ok(new Float32Array(kernel.slice().buffer).some((value) => value !== 0));
    const wide = await runRecipe(await recipe(this, [{ ...sss, gamma: 20, steps: 40, minWidth: 5 }]), {
      ...job(join(folder(), "wide")),
    });
    assert.deepEqual((await readModel(only(wide).model)).weights.get("hidden/kernel")?.shape, [side * side, 5]);
  });

  it("sizes γ from the steps there are where it is not given", async function () {
    for (const steps of [60, 240]) {
      const place = job(join(folder(), `run${steps}`));
      const { gamma: _, ...others } = sss;
      const done = await runRecipe(await recipe(this, [{ ...others, steps }]), place);
      const { hidden } = readRecord(await readModel(only(done).model));
      for (const unit of dead) assert.ok(hidden?.includes(unit), `${unit} of ${hidden} in ${steps} steps`);
      // (1 − μ)λ₀ / (ηN/2), and a little more for momentum to come up.
      const about = 0.1 / (0.05 * (steps / 2));
      assert.ok(record(done).gamma > about && record(done).gamma < 1.6 * about, `${record(done).gamma}`);
    }
  });

  it("makes a trial of each γ, and keeps how the factors of each were spread", async function () {
    const done = await run(this, [{ ...sss, gamma: [0.05, "auto"], steps: 60 }]);
    assert.deepEqual(
      done.factors.map(({ label, place }) => [label, place]),
      done.trials.map(({ label, place }) => [label, place]),
    );
    for (const { groups, step, top } of done.factors) {
      const [{ count, zero, bins } = { count: 0, zero: 0, bins: [] }] = groups;
      assert.equal(
        bins.reduce((sum, each) => sum + each, zero),
        count,
      );
      assert.ok(step === 60 && top >= 1);
    }
  });

  it("keeps nothing when it is cancelled, and then goes on to the same end", async function () {
    const given = await recipe(this, [{ ...sss, steps: 60 }]);
    const options = { ...job(join(folder(), "run")), threads: 1 };
    const cancel = new AbortController();
    const progress = (_: number, message: string) => {
      if (message.includes("step 30 of 60")) cancel.abort();
    };
    const events = { ...options.events, progress };
    const cancelled = await runRecipe(given, { ...options, events, signal: cancel.signal });
    assert.equal(cancelled.status, "cancelled");
    assert.deepEqual(cancelled.trials, []);
    assert.ok(!existsSync(join(cancelled.folder, "trials")));
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const resumed = await resumeRun({ ...job(cancelled.folder, heard), threads: 1 });
    assert.equal(resumed.status, "done");
    assert.ok(!heard.messages?.some((message) => message.includes("step 30 of")));
    const whole = await runRecipe(given, { ...job(join(folder(), "whole")), threads: 1 });
    const models = (done: Run) => filesIn(join(done.folder, "trials"));
    assert.deepEqual(models(resumed), models(whole));
    assert.deepEqual(record(resumed), record(whole));
    assert.deepEqual(only(resumed).notes, only(whole).notes);
    assert.ok(readdirSync(resumed.folder).includes("factors.json"));
  });

  it("takes neighbours together where it is told to", async function () {
    const done = await run(this, [{ ...sss, selection: "groups", groupSize: 3, steps: 120 }]);
    // Three neighbours each hold a detector, so that all are needed.
    assert.deepEqual(
      record(done).groups.map(({ count, zero }) => [count, zero]),
      [[4, 0]],
    );
    const { notes, label } = only(done);
    assert.match(notes[0] ?? "", /: the factors of 0 of 4 groups of filters are exactly zero \(0 %\)\.$/);
    assert.match(label, /^sss γ 0\.05 by groups of 3 /);
    const strong = await runRecipe(
      await recipe(this, [{ ...sss, gamma: 20, selection: "groups", groupSize: 3, steps: 40 }]),
      job(join(folder(), "strong")),
    );
    assert.deepEqual((await readModel(only(strong).model)).weights.get("hidden/kernel")?.shape, [side * side, 1]);
  });

  it("has a group lasso make small what nobody needs, and takes that out, by norms", async function () {
    const { decay: _, ...others } = sss;
    const done = await run(this, [{ ...others, selection: "groupNorm", gamma: 0.1, steps: 150 }]);
    const trial = only(done);
    const { hidden = [] } = readRecord(await readModel(trial.model));
    for (const unit of dead) assert.ok(hidden.includes(unit), `${unit} of ${hidden}`);
    for (const unit of detectors) assert.ok(!hidden.includes(unit), `${unit} of ${hidden}`);
    assert.match(trial.notes[0] ?? "", /the norms of \d of 12 filters are at most 5 % of their layer's largest/);
    const { by, top, groups } = record(done);
    assert.deepEqual([by, top], ["norms", 1]);
    // The largest is what the others are compared with.
    assert.ok((groups[0]?.bins.at(-1) ?? 0) >= 1);
    assert.ok((trial.metrics.accuracy ?? 0) >= (done.baseline?.metrics.accuracy ?? 1) - 0.02);
    const all = await runRecipe(
      await recipe(this, [{ ...others, selection: "groupNorm", gamma: "auto", steps: 150, threshold: 0 }]),
      job(join(folder(), "none")),
    );
    assert.match(only(all).notes[1] ?? "", /^Nothing was pruned: the smallest norm is \S+ of its layer's largest, /);
  });

  it("makes the shortcut of a residual block that nobody needs, and keeps one that is needed", async function () {
    const model = placedAt(folder(), await withEngine(this, "cpu", residualModel));
    const { data, ...others } = await recipe(this, [{ ...sss, selection: "blocks", steps: 120 }]);
    const done = await runRecipe({ ...others, data, model }, job(join(folder(), "run")));
    const trial = only(done);
    const { notes, metrics } = trial;
    const before = networkOf(await readModel(model)).layers.map(({ name }) => name);
    const after = networkOf(await readModel(trial.model)).layers.map(({ name }) => name);
    assert.deepEqual(
      before.filter((name) => !after.includes(name)),
      ["dead", "add1"],
      notes.join("\n"),
    );
    assert.match(notes[0] ?? "", /: the factors of 1 of 2 residual blocks are exactly zero \(50 %\)\.$/);
    assert.ok(notes.includes("Became their shortcut: add1, with 272 of 612 weights in 1 layer."), notes.join("\n"));
    assert.ok((metrics.accuracy ?? 0) >= (done.baseline?.metrics.accuracy ?? 1) - 0.02);
    assert.equal(metrics.parameters, 612 - 272);
    const none = await run(this, [{ ...sss, selection: "blocks", steps: 5 }]);
    assert.deepEqual(only(none).notes, ["Nothing was pruned: no chosen layer has anything that may go."]);
  });

  it("ends with a sentence where the loss becomes no number", async function () {
    const given = await recipe(this, [{ ...sss, learningRate: 1e30, steps: 20 }]);
    const options = job(join(folder(), "run"));
    await assert.rejects(runRecipe(given, options), {
      code: "training",
      message: /^The loss became \S+ at step \d+ with the learning rate 1e\+30, .* lower learningRate\.$/,
    });
    assert.ok(!existsSync(join(options.folder, "trials")));
    assert.equal(JSON.parse(readFileSync(join(options.folder, "run.json"), "utf8")).status, "failed");
  });

  it("refuses what cannot be meant", async function () {
    const refuses = async (step: object, message: RegExp) =>
      assert.rejects(runRecipe(await recipe(this, [step]), job(join(folder(), "no"))), { code: "bad-recipe", message });
    await refuses({ ...sss, steps: 5, epochs: 1 }, /takes epochs or steps, and both are given/);
    await refuses({ ...sss, groupSize: 2 }, /is for the selections groups and groupNorm, and this is channels/);
    await refuses({ ...sss, selection: "blocks", minWidth: 2 }, /Blocks go whole/);
    await refuses({ ...sss, gamma: 0 }, /gamma: more than 0 is needed/);
    await refuses({ ...sss, warmup: 1.1 }, /warmup: a share of 0 to 1 is needed/);
    await refuses({ ...sss, gamma: "strong" }, /gamma/);
    await refuses({ ...sss, layers: "zzz" }, /No layer fits "zzz"/);
    const { data: _, ...dataless } = await recipe(this, [sss]);
    await assert.rejects(runRecipe(dataless, job(join(folder(), "no"))), {
      code: "bad-recipe",
      message: /names no data/,
    });
    const unlabelled = await recipe(this, [sss]);
    const without = { ...unlabelled, data: { ...unlabelled.data, labels: false } };
    await assert.rejects(runRecipe(without, job(join(folder(), "no"))), {
      code: "bad-data",
      message: /which the step prune learns from; .* use another method, such as structured\.$/,
    });
  });
});
