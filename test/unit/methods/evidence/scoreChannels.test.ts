import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import { type CriterionName, criteria, needsOf } from "../../../../src/pruning/criteria/registry.ts";
import type { Subject } from "../../../../src/pruning/criteria/views.ts";
import type { Laboratory, ScoringContext } from "../../../../src/pruning/methods/evidence/laboratory.ts";
import { scoreChannels } from "../../../../src/pruning/methods/evidence/scoreChannels.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { withWeights } from "../../../../src/pruning/model/model.ts";
import { withEngine, withoutLeak } from "../../engine/backends.ts";
import { dense, floatWeight, graphModel } from "../../engine/models.ts";
import { openWasm } from "../../graph/tfjs.ts";
import { classes, valuesOf } from "../../training/tiny.ts";
import { contextOn, residual, stored, subjectOf, train, validation, withoutImages } from "./laboratory.ts";

const scoresBy = async (
  given: Subject,
  name: CriterionName,
  context: ScoringContext,
  options: Parameters<typeof scoreChannels>[2] = {},
) => [...(await scoreChannels(given, name, { images: 16, ...options }, context)).scores];

/** The model with some channels of its layer `last`, a convolution of four filters, at zero. */
function withDead(model: Model, ...dead: number[]): Model {
  const changed = ["last/kernel", "last/bias"].map((name) => {
    const values = valuesOf(model, name).map((value, i) => (dead.includes(i % 4) ? 0 : value));
    return floatWeight(name, model.weights.get(name)?.shape ?? [], values);
  });
  return withWeights(model, changed);
}

describe("scores of channels", () => {
  it("by weights need no images, and leave TensorFlow.js alone", async () => {
    await openWasm();
    const given = subjectOf(await stored(residual()));
    for (const criterion of criteria.filter((each) => needsOf(each) === "nothing")) {
      assert.equal((await scoresBy(given, criterion.name, withoutImages)).length, given.channels.count);
    }
  });

  it("of a group are means over the layers that make it, or over all that hold weights for it", async () => {
    await openWasm();
    const given = subjectOf(await stored(residual()));
    const sums = (name: string, channels: number, channelOf: (element: number) => number) => {
      const totals = Array<number>(channels).fill(0);
      for (const [i, value] of valuesOf(given.model, name).entries()) {
        const channel = channelOf(i);
        totals[channel] = (totals[channel] as number) + Math.abs(value);
      }
      return totals;
    };
    const last = (channels: number) => (element: number) => element % channels;
    const made = [sums("stem/kernel", 3, last(3)), sums("inner_conv/kernel", 3, last(3))];
    // [h, w, in, out]: the inputs stand before the filters.
    const read = [
      sums("inner_conv/kernel", 3, (i) => Math.floor(i / 3) % 3),
      sums("last/kernel", 3, (i) => Math.floor(i / 4) % 3),
    ];
    const scale = sums("inner_norm/gamma", 3, last(3));
    const none = { normalization: "none" } as const;
    const makers = await scoresBy(given, "l1", withoutImages, none);
    const all = await scoresBy(given, "l1", withoutImages, { ...none, membership: "all" });
    for (const channel of [0, 1, 2]) {
      const mean = (each: number[][]) => each.reduce((sum, of) => sum + (of[channel] as number), 0) / each.length;
      assert.ok(Math.abs((makers[channel] as number) - mean(made)) < 1e-9);
      assert.ok(Math.abs((all[channel] as number) - mean([...made, scale, ...read])) < 1e-9);
    }
    // A dense layer behind a flatten reads each channel at every position.
    const hidden = sums("hidden/kernel", 4, (i) => Math.floor(i / 5) % 4);
    const own = sums("last/kernel", 4, last(4));
    for (const [at, channel] of [3, 4, 5, 6].entries()) {
      const mean = ((own[at] as number) + (hidden[at] as number)) / 2;
      assert.ok(Math.abs((all[channel] as number) - mean) < 1e-9);
    }
  });

  it("are comparable between groups where nothing else is asked for", async () => {
    await openWasm();
    const given = subjectOf(await stored(residual()));
    const scores = await scoresBy(given, "l2", withoutImages);
    for (const { channels } of given.channels.groups) {
      const mean = channels.reduce((sum, channel) => sum + (scores[channel] as number), 0) / channels.length;
      assert.ok(Math.abs(mean - 1) < 1e-12);
    }
    const greatest = await scoresBy(given, "l2", withoutImages, { normalization: "lamp" });
    for (const { channels } of given.channels.groups) {
      assert.equal(Math.max(...channels.map((channel) => greatest[channel] as number)), 1);
    }
    const scales = await scoresBy(given, "batchNorm", withoutImages);
    assert.deepEqual(scales.slice(0, 3), [...valuesOf(given.model, "inner_norm/gamma").map(Math.abs)]);
  });

  it("are told to be missing, and why", async () => {
    await openWasm();
    const given = subjectOf(await stored(residual()));
    const { scores, notes } = await scoreChannels(given, "batchNorm", {}, withoutImages);
    assert.deepEqual(
      [...scores.keys()].filter((channel) => !Number.isNaN(scores[channel])),
      [0, 1, 2],
    );
    assert.deepEqual(notes, [
      "last has no score by Batch-norm scale: no batch normalisation scales its channels.",
      "hidden has no score by Batch-norm scale: no batch normalisation scales its channels.",
    ]);
  });

  it("put a dead filter last, by every criterion that looks at what it does", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const given = subjectOf(withDead(await stored(residual()), 1, 3));
      for (const name of ["l2", "l1", "taylor", "activation", "apoz", "thinet"] as const) {
        const scores = (await scoresBy(given, name, contextOn(engine))).slice(3, 7) as [number, number, number, number];
        const alive = Math.min(scores[0], scores[2]);
        assert.ok(scores[1] < alive && scores[3] < alive, `${name}: ${scores}`);
        assert.ok(scores[1] <= scores[3], `${name} takes the second dead one first`);
      }
      const [, first, , second] = (await scoresBy(given, "accuracyDrop", contextOn(engine))).slice(3, 7);
      assert.deepEqual([first, second], [0, 0]);
    });
  });

  it("are the same for the same seed, leave no tensor behind, and tell how far they are", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const given = subjectOf(await stored(residual()));
      for (const { name } of criteria) {
        const told: number[] = [];
        const context = contextOn(engine, { progress: (fraction) => told.push(fraction) });
        const first = await withoutLeak(() => scoresBy(given, name, context));
        assert.deepEqual(await scoresBy(given, name, contextOn(engine)), first, name);
        const other = await scoresBy(given, name, contextOn(engine, { seed: 4 }));
        const isDrawn = ["random", "thinet", "taylor", "activation"].includes(name);
        if (isDrawn) assert.notDeepEqual(other, first, name);
        assert.deepEqual(
          told,
          [...told].sort((a, b) => a - b),
        );
        if (needsOf(criteria.find((each) => each.name === name) as (typeof criteria)[number]) !== "nothing") {
          assert.equal(told.at(-1), 1, name);
        }
      }
    });
  });

  it("stop where they are cancelled, and leave no tensor behind", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const given = subjectOf(await stored(residual()));
      for (const name of ["taylor", "activation", "thinet", "accuracyDrop"] as const) {
        const stop = new AbortController();
        // So few channels are tried all at once: there is no moment between.
        if (name === "accuracyDrop") stop.abort();
        const context = contextOn(engine, { signal: stop.signal, progress: () => stop.abort() });
        await withoutLeak(() =>
          assert.rejects(scoreChannels(given, name, { images: 40 }, context), { code: "cancelled" }),
        );
      }
    });
  });

  it("look no further than the images asked for", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const given = subjectOf(await stored(residual()));
      const told: string[] = [];
      const context = contextOn(engine, { progress: (_, message) => told.push(message) });
      await scoreChannels(given, "taylor", { images: 40 }, context);
      assert.deepEqual(told, ["measuring gradients, batch 1 of 2", "measuring gradients, batch 2 of 2"]);
    });
  });

  it("take models of one batch size, more images than there are, and frozen layers", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const fixed = tfl.sequential({
        layers: [
          tfl.layers.conv2d({
            batchInputShape: [7, 6, 6, 2],
            filters: 3,
            kernelSize: 3,
            name: "conv",
            trainable: false,
          }),
          tfl.layers.flatten({ name: "flat" }),
          dense(classes, "head", { trainable: false }),
        ],
      });
      const given = subjectOf(await stored(fixed));
      const fit = { ...train.fit, batchSize: 7 };
      const laboratory = () => ({ engine, train: { ...train, fit }, validation: { ...validation, fit } });
      for (const name of ["taylor", "activation", "thinet", "accuracyDrop"] as const) {
        const scores = await scoresBy(given, name, contextOn(engine, { laboratory }), { images: 1000 });
        assert.ok(
          scores.slice(0, 3).every((score) => Number.isFinite(score) && score !== 0),
          `${name}: ${scores}`,
        );
      }
    });
  });

  it("refuse what cannot be known: labels that are not there, a graph model's inner layers, unknown criteria", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const given = subjectOf(await stored(residual()));
      const { labels: _, ...unlabelled } = train.split;
      const laboratory = (): Laboratory => ({
        engine,
        train: { ...train, split: unlabelled as typeof train.split },
        validation,
      });
      await withoutLeak(() =>
        assert.rejects(scoreChannels(given, "taylor", {}, contextOn(engine, { laboratory })), {
          code: "bad-data",
          message: /have no labels/,
        }),
      );
      await scoreChannels(given, "activation", { images: 8 }, contextOn(engine, { laboratory }));
      const graph = graphModel("MatMul", [-1, 3], floatWeight("w", [3, 2], [1, 2, 3, 4, 5, 6]));
      await assert.rejects(engine.probe(graph, 2), { code: "unsupported-model", message: /graph model/ });
      await assert.rejects(scoreChannels(given, "l3" as CriterionName, {}, withoutImages), { code: "bad-recipe" });
    });
  });

  it("name the layer that has no gradient", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = tfl.sequential({
        layers: [
          tfl.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, name: "conv" }),
          tfl.layers.conv2d({ filters: 2, kernelSize: 1, name: "next" }),
          tfl.layers.centerCrop({ height: 2, width: 2, name: "cut" }),
          tfl.layers.flatten({ name: "flat" }),
          dense(classes, "head"),
        ],
      });
      const given = subjectOf(await stored(model));
      await withoutLeak(() =>
        assert.rejects(scoreChannels(given, "taylor", {}, contextOn(engine)), {
          code: "training",
          message:
            /^The model's gradients cannot be computed: TensorFlow\.js cannot differentiate layer "cut" .*; choose a criterion that needs none\.$/,
        }),
      );
    });
  });
});
