import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tfl from "@tensorflow/tfjs-layers";
import type { LabelledSplit } from "../../../src/pruning/data/dataset.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { runRecipe } from "../../../src/pruning/recipe/runner.ts";
import { readRun } from "../../../src/pruning/runs/readRun.ts";
import type { Run } from "../../../src/pruning/runs/run.ts";
import { useFolders } from "../../support/folders.ts";
import { placeImages } from "../../support/imageFiles.ts";
import { type Heard, job } from "../../support/job.ts";
import { withEngine } from "../engine/backends.ts";
import { classes, cnn, modelOf, placedAt, quadrants, size } from "../training/tiny.ts";

// Whole recipes on folders of PNG files: a tiny network that tells which quadrant of an image is bright.

const three = { ...size, channels: 3 };

/** The quadrants with a third channel, which is black: no image file has two. */
function images(count: number, seed: number): LabelledSplit {
  const { images: two, labels = new Uint8Array() } = quadrants(count, seed);
  const pixels = Uint8Array.from({ length: (two.length / 2) * 3 }, (_, i) =>
    i % 3 === 2 ? 0 : (two[Math.floor(i / 3) * 2 + (i % 3)] as number),
  );
  return { count, images: pixels, labels };
}

const network = () => [
  tfl.layers.conv2d({ inputShape: [6, 6, 3], filters: 6, kernelSize: 3, activation: "relu", name: "conv" }),
  ...cnn().slice(1),
];

const prune = (sparsity: number) => ({ prune: "magnitude", sparsity });
const training = { epochs: 4, batchSize: 8, learningRate: 0.05 };
const named = (i: number, label: number) => `${"abcd"[label]}/${i}.png`;
const unnamed = (i: number) => `${i}.png`;

describe("a recipe on images in files", function () {
  this.timeout(120_000);
  const folder = useFolders();

  const runOn = async (model: string, data: object, steps: readonly object[], heard?: Heard): Promise<Run> =>
    runRecipe({ model, data, backend: "cpu", latency: false, steps }, job(join(folder(), "run"), heard));

  /** A folder of images, one folder a class or all together, with some to test on. */
  function place(pathOf: (i: number, label: number) => string): string {
    const path = folder();
    placeImages(join(path, "train"), images(120, 1), three, pathOf);
    placeImages(join(path, "test"), images(40, 2), three, pathOf);
    return path;
  }

  /** A network that has learned the quadrants from labelled images. */
  async function learned(test: Mocha.Context): Promise<string> {
    const start = await withEngine(test, "cpu", () => modelOf(network()));
    const { trials } = await runOn(placedAt(folder(), start), { path: place(named), scaling: "x/255" }, [
      { fineTune: training },
    ]);
    const [trial] = trials;
    assert.ok((trial?.metrics.accuracy ?? 0) > 0.9, `${trial?.metrics.accuracy}`);
    return trial?.model ?? "";
  }

  it("distils and recalibrates without a label, measured by agreement with the unpruned model", async function () {
    const model = await learned(this);
    const heard: Heard = { trials: [], fractions: [], logs: [] };
    const steps = [{ ...prune(0.9), record: true }, { recalibrate: {}, record: true }, { distill: training }];
    const run = await runOn(model, { path: place(unnamed) }, steps, heard);
    assert.deepEqual(await readRun(run.folder), run);
    const all = [run.baseline, ...run.trials].map((trial) => trial?.metrics);
    for (const metrics of all)
      assert.deepEqual([metrics?.accuracy, metrics?.loss, metrics?.top5], [undefined, undefined, undefined]);
    const [baseline, pruned, , distilled] = all.map((metrics) => metrics?.agreement ?? Number.NaN);
    assert.equal(baseline, 1);
    assert.ok(
      (pruned as number) < 0.9 && (distilled as number) > (pruned as number) + 0.1,
      `${pruned} to ${distilled}`,
    );
    assert.match(run.trials[2]?.notes.join(" ") ?? "", /agreement with the unpruned model from/);
    assert.equal(run.data?.scaling, "x/255");
    assert.match(
      run.data?.notes.join(" ") ?? "",
      /chosen because answers to 120 training images held best when these were moved/,
    );
    assert.deepEqual([run.data?.split, run.data?.examples], ["test", 40]);
  });

  it("measures agreement beside accuracy where there are labels, by the same examples", async function () {
    const model = await learned(this);
    const { baseline, trials } = await runOn(model, { path: place(named) }, [prune(0), prune(0.9)]);
    assert.equal(baseline?.metrics.agreement, 1);
    const [trial] = trials;
    const { accuracy = Number.NaN, agreement = Number.NaN } = trial?.metrics ?? {};
    assert.ok(agreement < 1 && Number.isInteger(Math.round(agreement * 40 * 1e6) / 1e6), `${agreement}`);
    // Where the unpruned model is right, answering otherwise costs accuracy.
    assert.ok(Math.abs(accuracy - agreement) <= 1 - (baseline?.metrics.accuracy ?? 0) + 1e-9);
    const unlabelled = await runOn(model, { path: place(named), labels: false }, [prune(0.9)]);
    assert.equal(unlabelled.trials[0]?.metrics.accuracy, undefined);
    assert.ok((unlabelled.trials[0]?.metrics.agreement ?? 1) < 1);
  });

  it("finds out before anything is written that labels are missing, or of other classes", async function () {
    const model = await withEngine(this, "cpu", async () => placedAt(folder(), await modelOf(network())));
    const refuses = async (data: object, steps: readonly object[], sentence: RegExp) => {
      const out = join(folder(), "run");
      const recipe = { model, data, backend: "cpu", latency: false, steps };
      await assert.rejects(runRecipe(recipe, job(out)), (error) => {
        assert.ok(SecateurError.is(error, "bad-data"), String(error));
        assert.match(error.message, sentence);
        return true;
      });
      assert.ok(!existsSync(out));
    };
    const unlabelled = { path: place(unnamed) };
    await refuses(unlabelled, [prune(0.5), { fineTune: {} }], /the step fineTune learns from; .*use the step distill/);
    await refuses(unlabelled, [{ distill: { labels: 0.5 } }], /the step distill learns from; .*leave its "labels" out/);
    await refuses({ path: place(named), labels: false }, [{ fineTune: {} }], /the step fineTune learns from/);
    const few = { path: place((i, label) => `${"aabb"[label]}/${i}-${label}.png`) };
    await refuses(few, [prune(0.5)], /names 2 classes \(a, b\), but the model scores 4/);
  });

  it("takes its classes from the labels beside the model", async function () {
    const model = await learned(this);
    const path = place((i, label) => `${["west", "north", "south", "east"][label]}/${i}.png`);
    const sorted = await runOn(model, { path }, [prune(0)]);
    mkdirSync(dirname(model), { recursive: true });
    writeFileSync(join(dirname(model), "labels.txt"), "West\nNorth\nSouth\nEast\n");
    const labelled = await runOn(model, { path }, [prune(0)]);
    assert.ok((sorted.baseline?.metrics.accuracy ?? 1) < 0.6, "by name they are in another order");
    assert.ok((labelled.baseline?.metrics.accuracy ?? 0) > 0.9);
    assert.match(labelled.data?.notes[0] ?? "", /^Classes, from folders: 0 West, 1 North, 2 South, 3 East\.$/);
    assert.equal(classes, 4);
  });

  it("validates on the validation images there are, and reports on them where nothing else can", async function () {
    const model = await learned(this);
    const path = place(unnamed);
    placeImages(join(path, "val"), images(24, 3), three, unnamed);
    const tested = await runOn(model, { path }, [prune(0.6), { distill: training }]);
    assert.equal(tested.data?.split, "test");
    const alone = folder();
    placeImages(join(alone, "train"), images(120, 1), three, unnamed);
    placeImages(join(alone, "val"), images(24, 3), three, unnamed);
    const { data } = await runOn(model, { path: alone }, [prune(0.6), { distill: training }]);
    assert.deepEqual([data?.split, data?.examples], ["validation", 24]);
    assert.match(
      data?.notes.join(" ") ?? "",
      /no test split: models are measured on validation images, by which steps/,
    );
  });
});
