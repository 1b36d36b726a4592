import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Split } from "../../../src/pruning/data/dataset.ts";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { spread } from "../../../src/pruning/data/split.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import { useFolders } from "../../support/folders.ts";
import { jpegOf, placeImages } from "../../support/imageFiles.ts";
import { secateur } from "../../support/program.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";

const json = (text: string) => JSON.parse(text);

describe("secateur in a terminal", function () {
  this.timeout(60_000);
  const folder = useFolders();

  it("inspects a model as one JSON document", async () => {
    const { status, stdout } = await secateur(["inspect", sampleModel, "--filters", "--criterion", "l1", "--json"]);
    assert.equal(status, 0);
    const inspection = json(stdout);
    assert.equal(inspection.format, "layers-model");
    const parameters = inspection.layers.reduce(
      (sum: number, layer: { parameters: number }) => sum + layer.parameters,
      0,
    );
    assert.equal(inspection.parameters, parameters);
    const conv = inspection.layers.find((layer: { type: string }) => layer.type === "Conv2D");
    assert.equal(conv.filters.length, conv.outputShape.at(-1));
    const scores = conv.filters.map((filter: { score: number }) => filter.score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
  });

  it("lists which layers lose filters together, and what may not go", async () => {
    const { stdout } = await secateur(["inspect", sampleModel, "--groups", "--json"]);
    const { layers, groups } = json(stdout);
    const conv = groups.find(({ name }: { name: string }) => name === "conv1");
    assert.deepEqual(conv, {
      name: "conv1",
      makers: ["conv1"],
      followers: [],
      readers: ["conv2"],
      channels: 16,
      free: 16,
    });
    assert.match(groups.at(-1).locked, /the model answers with them/);
    assert.equal(layers[0].group, "conv1");
    const { stdout: text } = await secateur(["inspect", sampleModel, "--groups"]);
    assert.match(text, /^Group +Channels +May go +Made by +Followed by +Read by$/m);
    assert.match(text, /^conv2 +32 +32 +conv2 +conv3$/m);
    assert.match(
      text,
      /^Locked +Why\noutput +Layer "output" gives these channels out: the model answers with them\.$/m,
    );
  });

  it("takes out filters that are named", async () => {
    const out = join(folder(), "run");
    const filters = ["--method", "filters", "--remove", "conv2: 0 4-6; dense1: 9"];
    const { status, stdout } = await secateur([
      "prune",
      sampleModel,
      ...filters,
      "--backend",
      "wasm",
      "--out",
      out,
      "--json",
    ]);
    assert.equal(status, 0);
    const [trial] = json(stdout).trials;
    assert.equal(trial.label, "without 4 filters of conv2, 1 of dense1");
    const { stdout: shape } = await secateur(["inspect", trial.model, "--json"]);
    const shapes = json(shape).layers.map(({ outputShape }: { outputShape: unknown[] }) => outputShape.at(-1));
    assert.deepEqual(shapes.slice(0, 2), [16, 28]);
  });

  it("prunes without data into a run folder, and says the same as that folder", async () => {
    const out = join(folder(), "run");
    const { status, stdout } = await secateur(["prune", sampleModel, "--sparsity", "0.3,0.6", "--out", out, "--json"]);
    assert.equal(status, 0);
    const result = json(stdout);
    const run = await readRun(out);
    assert.equal(run.status, "done");
    assert.equal(result.run, out);
    assert.deepEqual(result.trials, JSON.parse(JSON.stringify(run.trials)));
    assert.deepEqual(
      result.trials.map((trial: { label: string }) => trial.label),
      ["magnitude 30 %", "magnitude 60 %"],
    );
    for (const [index, target] of [0.3, 0.6].entries()) {
      const { metrics, model } = result.trials[index];
      assert.ok(Math.abs(metrics.sparsity - target) < 1e-4);
      assert.ok(existsSync(model));
      assert.equal(metrics.accuracy, undefined);
      assert.equal(metrics.latencyMs, undefined);
      assert.ok(metrics.gzipBytes < result.baseline.metrics.gzipBytes);
    }
    assert.equal(run.backend, undefined, "TensorFlow.js was not needed");
  });

  it("measures accuracy, loss and latency on real data, and compares runs", async () => {
    const out = join(folder(), "run");
    const args = ["--data", sampleData, "--limit", "300", "--backend", "wasm", "--out", out, "--json"];
    const pruned = await secateur(["prune", sampleModel, "--sparsity", "0.5,0.95", ...args]);
    assert.equal(pruned.status, 0, pruned.stderr);
    const { baseline, trials } = json(pruned.stdout);
    assert.ok(baseline.metrics.accuracy > 0.97);
    assert.ok(trials[1].metrics.accuracy < baseline.metrics.accuracy, "95 % hurts");
    assert.ok(baseline.metrics.latencyMs > 0);
    const { data, backend } = await readRun(out);
    assert.equal(data?.scaling, "x/255");
    assert.equal(data?.split, "test");
    assert.equal(data?.examples, 300);
    assert.equal(backend?.name, "wasm");

    const pareto = await secateur(["pareto", out, "--json"]);
    assert.equal(pareto.status, 0);
    const { x, y, front } = json(pareto.stdout);
    assert.deepEqual([x, y], ["sparsity", "accuracy"]);
    assert.ok(front.includes(trials[1].id), "the sparsest is always on the front");

    const evaluated = await secateur(["evaluate", trials[0].model, ...args.slice(0, 6), "--json"]);
    assert.equal(evaluated.status, 0, evaluated.stderr);
    const { accuracy, loss, examples, scaling, backend: name } = json(evaluated.stdout);
    assert.deepEqual({ examples, scaling, name }, { examples: 300, scaling: "x/255", name: "wasm" });
    assert.equal(accuracy, trials[0].metrics.accuracy, "a trial's model does as the run says");
    assert.ok(Math.abs(loss - trials[0].metrics.loss) < 1e-6);
  });

  it("reads folders of images: with labels for accuracy, without for agreement", async () => {
    const mnist = await readDataset(sampleData);
    const images = spread(mnist.test as Split, 60);
    const labelled = placeImages(folder(), images, mnist, (i, label) => `${label}/${i}.png`);
    writeFileSync(join(labelled, "0", "damaged.jpg"), jpegOf(images.images.subarray(0, 784), mnist).subarray(0, 99));
    const args = ["--sparsity", "0.95", "--scaling", "x/255", "--backend", "wasm", "--no-latency", "--json"];
    const { status, stdout, stderr } = await secateur([
      "prune",
      sampleModel,
      "--data",
      labelled,
      ...args,
      "--out",
      join(folder(), "run"),
    ]);
    assert.equal(status, 0, stderr);
    assert.equal(json(stdout).baseline.metrics.agreement, 1);
    assert.ok(json(stdout).baseline.metrics.accuracy > 0.95);
    const out = join(folder(), "run");
    const without = await secateur(["prune", sampleModel, "--data", labelled, "--no-labels", ...args, "--out", out]);
    assert.equal(without.status, 0, without.stderr);
    const { accuracy, agreement } = json(without.stdout).trials[0].metrics;
    assert.deepEqual([accuracy, agreement], [undefined, json(stdout).trials[0].metrics.agreement]);
    assert.match((await readRun(out)).data?.notes.join(" ") ?? "", /1 of 61 images could not be read/);
    assert.equal(json((await secateur(["pareto", out, "--json"])).stdout).y, "agreement");

    const evaluated = await secateur(["evaluate", sampleModel, "--data", labelled, ...args.slice(2, 6), "--json"]);
    assert.equal(json(evaluated.stdout).accuracy, json(stdout).baseline.metrics.accuracy);
    const unlabelled = placeImages(folder(), images, mnist, (i) => `${i}.png`);
    const refused = await secateur(["evaluate", sampleModel, "--data", unlabelled, "--backend", "wasm"]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /have no labels, so there is no accuracy to measure/);
  });

  it("executes a recipe with the same result as the command line", async () => {
    const place = folder();
    const recipe = join(place, "my.recipe.json");
    const steps = [{ prune: "magnitude", sparsity: [0.5], scope: "layer" }];
    writeFileSync(recipe, JSON.stringify({ model: sampleModel, steps }));
    const byRecipe = await secateur(["run", recipe, "--json", "--out", join(place, "a")]);
    assert.equal(byRecipe.status, 0, byRecipe.stderr);
    const args = ["--sparsity", "0.5", "--scope", "layer", "--json", "--out", join(place, "b")];
    const byHand = await secateur(["prune", sampleModel, ...args]);
    const [a] = json(byRecipe.stdout).trials;
    const [b] = json(byHand.stdout).trials;
    assert.deepEqual(a.metrics, b.metrics);
    assert.deepEqual(a.layers, b.layers);
  });

  it("makes runs below the current folder, out of git's sight", async () => {
    const cwd = folder();
    const { status } = await secateur(["prune", sampleModel, "--threshold", "0.01"], { cwd });
    assert.equal(status, 0);
    assert.equal(readdirSync(join(cwd, ".secateur", "runs")).length, 1);
    assert.ok(existsSync(join(cwd, ".secateur", ".gitignore")));
  });

  const wrongUsage: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a sparsity of 1", ["prune", sampleModel, "--sparsity", "1"], /at least 0 and less than 1/],
    ["a negative sparsity", ["prune", sampleModel, "--sparsity=-0.1"], /at least 0 and less than 1/],
    ["a sparsity that is no number", ["prune", sampleModel, "--sparsity", "lots"], /not a number/],
    ["no amount", ["prune", sampleModel], /one of sparsity, threshold, quality/],
    ["two amounts", ["prune", sampleModel, "--sparsity", "0.5", "--quality", "1"], /sparsity and quality/],
    ["an unknown method", ["prune", sampleModel, "--method", "wish"], /magnitude/],
    ["an unknown option", ["inspect", sampleModel, "--wat"], /unknown option/],
    ["no command", [], /Usage/],
    ["an unknown command", ["wish"], /unknown command/],
    ["an unknown metric", ["pareto", "x", "--x", "beauty"], /Allowed choices/],
    ["neither a recipe nor a run", ["run"], /Name a recipe to run, or with --resume a run to take up/],
    ["both a recipe and a run", ["run", "a.recipe.json", "--resume", "run"], /one of the two/],
    ["another folder for a run", ["run", "--resume", "run", "--out", "other"], /leave --out away/],
    ["a limit of 0", ["prune", sampleModel, "--sparsity", "0.5", "--limit", "0"], /whole number/],
  ];
  for (const [what, args, sentence] of wrongUsage) {
    it(`exits with 2 for ${what}, writing nothing`, async () => {
      const cwd = folder();
      const { status, stdout, stderr } = await secateur(args, { cwd });
      assert.equal(status, 2, stderr);
      assert.match(stderr, sentence);
      assert.equal(stdout, "");
      assert.deepEqual(readdirSync(cwd), []);
    });
  }

  const failing: readonly (readonly [string, (place: string) => readonly string[], RegExp])[] = [
    ["a model that is not there", () => ["prune", "nowhere.json", "--sparsity", "0.5"], /nowhere\.json does not exist/],
    ["a file that is not JSON", (place) => ["inspect", written(place, "text.json", "hello")], /text\.json is not JSON/],
    [
      "JSON that is no model",
      (place) => ["inspect", written(place, "a.json", "{}")],
      /a\.json is JSON but no TensorFlow\.js model/,
    ],
    ["data that is not there", () => ["prune", sampleModel, "--sparsity", "0.5", "--data", "nowhere"], /nowhere/],
    [
      "a pattern that fits no layer",
      () => ["prune", sampleModel, "--sparsity", "0.5", "--layers", "zzz*"],
      /No layer fits "zzz\*"/,
    ],
    [
      "an output folder that exists",
      (place) => ["prune", sampleModel, "--sparsity", "0.5", "--out", join(place, "there")],
      /exists already/,
    ],
    [
      "an output folder that cannot be made",
      (place) => ["prune", sampleModel, "--sparsity", "0.5", "--out", join(written(place, "file", ""), "run")],
      /cannot be made/,
    ],
    ["a run that is none", (place) => ["pareto", place], /holds no run/],
    ["no run to take up", (place) => ["run", "--resume", place], /holds no run/],
    [
      "a recipe that is not JSON",
      (place) => ["run", written(place, "a.recipe.json", "{")],
      /a\.recipe\.json is not valid JSON at line 1/,
    ],
    [
      "a recipe with an unknown field",
      (place) => ["run", written(place, "b.recipe.json", '{"model":"m","stepps":[]}')],
      /b\.recipe\.json is not right/,
    ],
  ];
  for (const [what, argsOf, sentence] of failing) {
    it(`exits with 1 and one sentence for ${what}`, async () => {
      const cwd = folder();
      mkdirSync(join(cwd, "there"));
      const args = argsOf(cwd);
      const before = readdirSync(cwd, { recursive: true });
      const { status, stdout, stderr } = await secateur(args, { cwd });
      assert.equal(status, 1, stderr);
      assert.match(stderr, sentence);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /\n\s+at /, "no stack");
      assert.deepEqual(readdirSync(cwd, { recursive: true }), before, "nothing written");
    });
  }

  it("takes up a run that was interrupted, and makes only what is missing", async () => {
    const out = join(folder(), "run");
    const sparsities = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"];
    const given = ["prune", sampleModel, "--sparsity", sparsities.join(), "--data", sampleData, "--limit", "2000"];
    await secateur([...given, "--backend", "wasm", "--threads", "1", "--out", out], {
      onStart: async (kill) => {
        while (!existsSync(join(out, "trials", "3"))) await new Promise((resolve) => setTimeout(resolve, 5));
        kill("SIGKILL");
      },
    });
    const before = await readRun(out);
    assert.equal(before.status, "interrupted");
    const { status, stdout, stderr } = await secateur(["run", "--resume", out, "--threads", "1", "--json"]);
    assert.equal(status, 0, stderr);
    const { run, baseline, trials } = json(stdout);
    assert.equal(run, out);
    assert.deepEqual(baseline, JSON.parse(JSON.stringify(before.baseline)));
    assert.deepEqual(trials.slice(0, before.trials.length), JSON.parse(JSON.stringify(before.trials)));
    assert.deepEqual(
      trials.map(({ label }: { label: string }) => label),
      [10, 20, 30, 40, 50, 60].map((percent) => `magnitude ${percent} %`),
    );
    const again = await secateur(["run", "--resume", out]);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /is done; there is nothing to resume/);
  });

  it("keeps finished trials when interrupted, and when killed", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const out = join(folder(), "run");
      const many = Array.from({ length: 60 }, (_, i) => (i / 61).toFixed(4)).join(",");
      const args = ["prune", sampleModel, "--sparsity", many, "--data", sampleData, "--limit", "500", "--out", out];
      const { status, stderr } = await secateur(args, {
        onStart: async (kill) => {
          while (!existsSync(join(out, "trials", "3"))) await new Promise((resolve) => setTimeout(resolve, 5));
          kill(signal);
        },
      });
      const run = await readRun(out);
      assert.ok(run.trials.length >= 2, `${run.trials.length} trials`);
      assert.ok(run.trials.length < 60);
      for (const trial of run.trials) assert.ok(existsSync(trial.model));
      assert.equal(run.status, signal === "SIGINT" ? "cancelled" : "interrupted");
      if (signal === "SIGINT") {
        assert.equal(status, 1);
        assert.match(stderr, /Cancelled; \d+ finished trials are kept in .*, and run --resume goes on with it\./);
      }
      assert.equal(basename(dirname(run.trials[0]?.model ?? "")), "1");
    }
  });
});

function written(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
