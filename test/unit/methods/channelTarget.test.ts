import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Removal } from "../../../src/pruning/graph/channels/channels.ts";
import { shrink } from "../../../src/pruning/graph/channels/shrink.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { type Anatomy, anatomyOf } from "../../../src/pruning/methods/anatomy.ts";
import type { Scope } from "../../../src/pruning/methods/channelSelection.ts";
import { type Approach, selectRemoval, sizeOf, wholeSizes } from "../../../src/pruning/methods/channelTarget.ts";
import type { LayerChoice } from "../../../src/pruning/methods/layers.ts";
import { type Target, targetNames } from "../../../src/pruning/methods/structuredSpec.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { hasCorpus } from "../../support/corpus.ts";
import { corpusTable } from "../../support/corpusModels.ts";
import { sampleModel } from "../../support/samples.ts";
import { skipBecause } from "../../support/skip.ts";

const freely: Approach = { scope: "global", minWidth: 1, maxShare: 1, roundTo: 1 };

const anatomy = (model: Model, choice: LayerChoice = {}): Anatomy => anatomyOf(model, networkOf(model), choice);

/** Numbers that depend on their place alone, with ties. */
const scoresFor = ({ channels }: Anatomy, seed: number): Float64Array =>
  Float64Array.from({ length: channels.count }, (_, channel) => ((channel + 1) * (seed * 7919 + 104729)) % 101);

const counted = (removal: Removal): number => removal.reduce((sum, gone) => sum + gone, 0);

/** A removal without the last that went: the channel with the greatest score, the last of equals. */
function oneLess(removal: Removal, scores: Float64Array): Removal {
  const gone = [...removal.keys()].filter((channel) => removal[channel] === 1);
  const last = gone.sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b).at(-1);
  return removal.map((each, channel) => (channel === last ? 0 : each));
}

async function layersModels(test: Mocha.Context): Promise<{ name: string; model: Model }[]> {
  if (!hasCorpus) skipBecause(test, "the corpus is not there");
  const paths = corpusTable().flatMap(({ name, path, loads }) => (path && loads ? [{ name, path }] : []));
  const models = await Promise.all(paths.map(async ({ name, path }) => ({ name, model: await readModel(path) })));
  return models.filter(({ model }) => model.format === "layers-model");
}

/** Whether a target is met by a removal and not by one channel less. */
function checkMet(subject: Anatomy, scores: Float64Array, target: Target, name: string): void {
  const { removal, isShort } = selectRemoval(subject, subject, scores, target, freely);
  const share = (each: Removal) => {
    const [left, whole] = [sizeOf(target.of, subject.sizes(each)), sizeOf(target.of, wholeSizes(subject))];
    return 1 - (left ?? 0) / (whole ?? 1);
  };
  const what = `${name}: ${target.share} of ${target.of}`;
  if (isShort) {
    assert.ok(share(removal) < target.share, what);
    return;
  }
  assert.ok(share(removal) >= target.share - 1e-9, `${what}, reached ${share(removal)}`);
  if (counted(removal) > 0) assert.ok(share(oneLess(removal, scores)) < target.share, `${what}, by one too many`);
}

describe("selecting channels for a target", () => {
  it("meets a share of anything within one channel, in every layers model of the corpus", async function () {
    for (const { name, model } of await layersModels(this)) {
      const subject = anatomy(model);
      const scores = scoresFor(subject, 1);
      if (subject.groups.length === 0) continue;
      for (const of of targetNames) {
        if (of === "macs" && wholeSizes(subject).macs === null) continue;
        for (const share of [0.1, 0.5, 0.9]) checkMet(subject, scores, { of, share }, name);
      }
    }
  });

  it("meets any share of the sample's within one channel, whatever the scores", async () => {
    const subject = anatomy(await readModel(sampleModel));
    fc.assert(
      fc.property(
        fc.constantFrom(...targetNames),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(1000),
        (of, share, seed) => checkMet(subject, scoresFor(subject, seed), { of, share }, "mnist-cnn"),
      ),
    );
  });

  it("takes the same share of every layer with scope layer, to the filter", async () => {
    const subject = anatomy(await readModel(sampleModel));
    const scope: Scope = "layer";
    for (const share of [0.1, 0.25, 0.5, 0.7]) {
      const scores = scoresFor(subject, 3);
      const { removal } = selectRemoval(subject, subject, scores, { of: "filters", share }, { ...freely, scope });
      for (const { name, free } of subject.groups) {
        const gone = free.filter((channel) => removal[channel] === 1).length;
        assert.equal(gone, Math.round(share * free.length), `${share} of ${name}`);
      }
    }
  });

  it("lets no other layer give more, with scope layer, where one cannot", async () => {
    const subject = anatomy(await readModel(sampleModel));
    const approach = { ...freely, scope: "layer", minWidth: 12 } as const;
    const target = { of: "filters", share: 0.5 } as const;
    const { removal, isShort } = selectRemoval(subject, subject, scoresFor(subject, 1), target, approach);
    assert.deepEqual(
      subject.groups.map(({ channels }) => channels.filter((channel) => removal[channel] === 0).length),
      [12, 16, 24, 32],
    );
    assert.ok(isShort);
  });

  it("goes on from a model already pruned as if it were done at once, its shares those of the unpruned one", async () => {
    const model = await readModel(sampleModel);
    const original = anatomy(model);
    for (const scope of ["global", "layer"] as const) {
      const scores = scoresFor(original, 5);
      const to = (share: number, subject: Anatomy, left: Float64Array) =>
        selectRemoval(subject, original, left, { of: "filters", share }, { ...freely, scope, maxShare: 0.75 }).removal;
      const first = to(0.25, original, scores);
      const small = shrink(model, original.channels, first);
      const subject = anatomy(small);
      const left = scores.filter((_, channel) => first[channel] === 0);
      const twice = shrink(small, subject.channels, to(0.6, subject, left));
      const atOnce = shrink(model, original.channels, to(0.6, original, scores));
      assert.deepEqual(twice.source, atOnce.source, scope);
      assert.deepEqual([...twice.weights], [...atOnce.weights], scope);
    }
  });

  it("removes nothing where the target is met already", async () => {
    const model = await readModel(sampleModel);
    const original = anatomy(model);
    const scores = scoresFor(original, 1);
    const half = selectRemoval(original, original, scores, { of: "parameters", share: 0.5 }, freely).removal;
    const small = anatomy(shrink(model, original.channels, half));
    const again = selectRemoval(small, original, scoresFor(small, 2), { of: "parameters", share: 0.4 }, freely);
    assert.equal(counted(again.removal), 0);
    assert.equal(again.isShort, false);
  });

  it("says what limits keep whole, and that scores say nothing", async () => {
    const subject = anatomy(await readModel(sampleModel));
    const target = { of: "filters", share: 0.5 } as const;
    const wide = { ...freely, minWidth: 40 };
    assert.deepEqual(selectRemoval(subject, subject, scoresFor(subject, 1), target, wide).kept, ["conv1", "conv2"]);
    const nothing = new Float64Array(subject.channels.count).fill(Number.NaN);
    const { removal, isJudged, kept, isShort } = selectRemoval(subject, subject, nothing, target, freely);
    assert.deepEqual([counted(removal), isJudged, kept, isShort], [0, false, [], true]);
  });

  it("never takes a channel of a layer that is locked, skipped, or tied to one that is", async function () {
    for (const { name, model } of await layersModels(this)) {
      const all = anatomy(model);
      const [first, ...others] = all.groups;
      if (!first || others.length === 0) continue;
      const subject = anatomy(model, { skip: first.makers[0] });
      const target = { of: "filters", share: 0.99 } as const;
      const { removal } = selectRemoval(subject, subject, scoresFor(subject, 2), target, freely);
      const free = new Set(subject.groups.flatMap((group) => [...group.free]));
      for (const [channel, gone] of removal.entries()) assert.ok(gone === 0 || free.has(channel), name);
      assert.ok(
        subject.left.some((each) => each.group.name === first.name) || first.makers.length === 1,
        `${name} says why ${first.name} stays`,
      );
      assert.ok(
        first.free.every((channel) => removal[channel] === 0),
        name,
      );
    }
  });
});
