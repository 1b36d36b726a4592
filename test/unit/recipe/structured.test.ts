import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { countWeights } from "../../../src/pruning/metrics/counts.ts";
import { sizeOf } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import type { Run, Trial } from "../../../src/pruning/runs/run.ts";
import { openInBrowser, overHttp } from "../../support/browser.ts";
import { hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { filesIn, useFolders } from "../../support/folders.ts";
import { type Heard, job } from "../../support/job.ts";
import { placeModel } from "../../support/modelFiles.ts";
import { sampleData, sampleModel } from "../../support/samples.ts";
import { skipBecause } from "../../support/skip.ts";
import { tinyGraphModel } from "../../support/tinyModels.ts";
import { sampleRecipe } from "./sampleRecipe.ts";

const prune = (options: object) => ({ prune: "structured", ...options });
const data = { path: sampleData, limit: { train: 400, validation: 100, test: 100 } };

/** Only a Keras topology names classes. */
const isLayersModel = (path: string): boolean => readFileSync(path, "utf8").includes('"class_name"');

describe("a recipe that removes filters", function () {
  this.timeout(180_000);
  const folder = useFolders();

  const run = (steps: readonly object[], more: object = {}): Promise<Run> =>
    runRecipe(sampleRecipe(steps, more), job(join(folder(), "run")));

  /** Bytes of a model's files. */
  const bytesOf = (path: string): number =>
    readdirSync(dirname(path)).reduce((sum, name) => sum + statSync(join(dirname(path), name)).size, 0);

  /** Width of each layer's filters, by its bias. */
  const widths = async ({ model }: Trial): Promise<Record<string, number>> =>
    Object.fromEntries(
      [...(await readModel(model)).weights.values()].flatMap(({ name, shape }) =>
        name.endsWith("/bias") ? [[name.replace("/bias", ""), sizeOf(shape)]] : [],
      ),
    );

  it("makes really smaller models, and reports what stock TensorFlow.js finds in them", async () => {
    const targets = [{ filters: 0.5 }, { parameters: 0.5 }, { macs: 0.5 }, { bytes: 0.5 }];
    for (const target of targets) {
      const { baseline, trials } = await run([prune(target)]);
      const [trial] = trials as [Trial];
      const { metrics } = trial;
      assert.ok(bytesOf(trial.model) < 0.7 * bytesOf(sampleModel), JSON.stringify(target));
      assert.equal(bytesOf(trial.model), metrics.bytes);
      const stock = await loadLayersModel(overHttp(trial.model));
      assert.equal(metrics.parameters, stock.countParams());
      stock.dispose();
      const model = await readModel(trial.model);
      const counted = countWeights(model, networkOf(model));
      assert.deepEqual([metrics.parameters, metrics.macs], [counted.parameters, counted.macs]);
      const before = baseline?.metrics;
      if ("parameters" in target) assert.ok(metrics.parameters <= 0.5 * (before?.parameters ?? 0));
      if ("macs" in target) assert.ok((metrics.macs ?? 1) <= 0.5 * (before?.macs ?? 0));
      assert.match(trial.notes[0] ?? "", /^Asked for 50 % of \w+.*, removed 5\d(\.\d+)? % \([\d,]+ of [\d,]+\), and /);
    }
  });

  it("gives the same models for the same recipe and seed, and others for another", async () => {
    const steps = [prune({ filters: 0.4, criterion: "random", iterations: 2 })];
    const models = async (seed: number) => filesIn(join((await run(steps, { seed })).folder, "trials"));
    const [first, again, other] = [await models(1), await models(1), await models(2)];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
  });

  it("keeps the shape of the model where it is asked to, with the same filters at zero", async () => {
    const { baseline, trials } = await run([prune({ filters: 0.5, iterations: 2, form: ["shrunk", "masked"] })]);
    const [shrunk, masked] = trials as [Trial, Trial];
    assert.equal(masked.metrics.parameters, baseline?.metrics.parameters);
    assert.equal(masked.metrics.macs, baseline?.metrics.macs);
    assert.equal(masked.metrics.nonZero, shrunk.metrics.nonZero);
    assert.equal(masked.metrics.sparsity, shrunk.metrics.sparsity);
    assert.deepEqual(masked.layers, shrunk.layers);
  });

  it("counts what went before towards its target, from smaller models and from masked ones", async () => {
    for (const form of ["shrunk", "masked"]) {
      const steps = [prune({ filters: 0.3, form, record: true }), prune({ filters: [0.2, 0.6], form })];
      const { trials } = await run(steps);
      const [first, less, more] = trials as [Trial, Trial, Trial];
      assert.deepEqual(less.metrics, first.metrics, form);
      assert.match(
        less.notes.at(-2) ?? "",
        /^Nothing was pruned: 30 % of filters were gone already, and 20 % asks for/,
      );
      const reached = more.notes.find((note) => note.startsWith("Asked for 60 %"));
      assert.match(reached ?? "", /^Asked for 60 % of filters, removed 60 % \(96 of 160\), and with them /, form);
    }
  });

  it("keeps every limit, in every iteration, against the unpruned widths", async () => {
    const limits = { minWidth: 10, maxShare: 0.5, roundTo: 4 };
    const { trials } = await run([prune({ filters: 0.7, iterations: [1, 3], ...limits })]);
    for (const trial of trials) {
      assert.deepEqual(await widths(trial), { conv1: 12, conv2: 16, conv3: 24, dense1: 32, output: 10 });
      assert.ok(
        trial.notes.includes(
          "More may not go: every layer keeps 10 filters, loses at most 50 % of its filters and ends at a multiple of 4.",
        ),
        trial.notes.join("\n"),
      );
    }
  });

  it("says why nothing was pruned", async () => {
    const why = async (options: object) => (await run([prune(options)])).trials[0]?.notes[0];
    assert.equal(await why({ filters: 0.5, minWidth: 64 }), "Nothing was pruned: every layer keeps 64 filters.");
    assert.equal(
      await why({ filters: 0.5, layers: "output" }),
      "Nothing was pruned: no chosen layer has filters that may go.",
    );
    assert.equal(
      await why({ filters: 0.5, criterion: "batchNorm" }),
      "Nothing was pruned: the criterion says nothing of any filter that may go.",
    );
    assert.equal(
      await why({ filters: 0 }),
      "Nothing was pruned: 0 % of filters were gone already, and 0 % asks for no more.",
    );
    const { trials } = await run([prune({ filters: 0.5, layers: "output" })]);
    assert.match(trials[0]?.notes[1] ?? "", /^Left whole: output \(.*answers with them\)\.$/);
  });

  it("trains between its iterations, judges by images, and says how far it is", async () => {
    const heard: Heard = { trials: [], fractions: [], logs: [], messages: [] };
    const steps = [prune({ macs: 0.6, criterion: "taylor", images: 32, iterations: 3, fineTune: { steps: 4 } })];
    const { trials } = await runRecipe(sampleRecipe(steps, { data }), job(join(folder(), "run"), heard));
    const [trial] = trials as [Trial];
    assert.match(trial.label, /^structured 60 % of MACs by taylor .*in 3 parts, fine-tuned 4 steps in between$/);
    assert.equal(trial.notes.filter((note) => note.startsWith("Fine-tuning, 4 of 4 steps")).length, 2);
    for (const part of [1, 2]) {
      assert.ok(
        heard.messages?.some((message) => message.includes(`part ${part} of 3, step 4 of 4`)),
        heard.messages?.join("\n"),
      );
    }
    assert.ok(heard.messages?.some((message) => message.includes("part 3 of 3, ")));
  });

  it("keeps what was trained when it is cancelled", async () => {
    const cancel = new AbortController();
    const options = job(join(folder(), "run"));
    const progress = (_: number, message: string) => {
      if (message.includes("part 2 of 3, step 1 of")) cancel.abort();
    };
    const steps = [prune({ filters: 0.6, iterations: 3, fineTune: { steps: 20 } })];
    const events = { ...options.events, progress };
    const done = await runRecipe(sampleRecipe(steps, { data }), { ...options, events, signal: cancel.signal });
    assert.equal(done.status, "cancelled");
    const [trial] = done.trials as [Trial];
    assert.match(trial.notes[0] ?? "", /^Asked for 60 % of filters, removed 40 % \(64 of 160\)/);
    await openInBrowser(trial.model, "layers-model");
  });

  it("refuses what cannot be meant before anything is written", async () => {
    const place = join(folder(), "run");
    const refuses = (steps: readonly object[], message: RegExp, more: object = {}) =>
      assert.rejects(runRecipe(sampleRecipe(steps, more), job(place)), { code: "bad-recipe", message });
    await refuses(
      [prune({})],
      /^Structured pruning needs one of filters, parameters, macs, bytes, and none is given\.$/,
    );
    await refuses([prune({ filters: 0.5, criterion: "taylor" })], /learns from images, but it names no data/);
    await refuses([prune({ filters: 0.5, fineTune: {} })], /^Fine-tuning in between needs two or more iterations; /, {
      data,
    });
    await refuses(
      [prune({ filters: 0.5, iterations: 2, fineTune: { epochs: 1, steps: 1 } })],
      /^Training takes epochs or steps, and both are given\.$/,
      { data },
    );
    await refuses([prune({ filters: 0.5 })], /^Structured pruning works on layers models, and this is another kind /, {
      model: placeModel(folder(), tinyGraphModel),
    });
    assert.ok(!existsSync(place));
  });

  describe("from every layers model of the corpus", () => {
    if (!hasCorpus) {
      it("needs the corpus", function () {
        skipBecause(this, "the corpus is not there");
      });
      return;
    }
    for (const { name, path, loads } of corpusTable()) {
      if (!path || !loads || !isLayersModel(path)) continue;
      it(`${name}: half of each layer's filters`, async () => {
        const original = await readModel(path);
        const groups = channelsOf(original).groups.filter(({ makers }) => makers.length > 0);
        for (const { free, locked } of groups) assert.ok(free.length > 0 || locked);
        const half = prune({ filters: 0.5, scope: "layer" });
        const { baseline, trials } = await run([half], { model: path });
        const [trial] = trials as [Trial];
        await openInBrowser(trial.model, "layers-model");
        const removable = groups.some(
          ({ free, widths }) => free.length > 1 && widths.every(({ length }) => length > 1),
        );
        if (!removable) assert.match(trial.notes[0] ?? "", /^Nothing was pruned: /);
        else assert.ok(trial.metrics.parameters < (baseline?.metrics.parameters ?? 0));
      });
    }
  });
});
