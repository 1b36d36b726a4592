import assert from "node:assert/strict";
import { feedBatch } from "../../../../src/pruning/data/feed.ts";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { largestDifference } from "../../../../src/pruning/engine/equality.ts";
import { mask } from "../../../../src/pruning/graph/channels/mask.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { type Anatomy, anatomyOf } from "../../../../src/pruning/methods/anatomy.ts";
import { folded, normsOf } from "../../../../src/pruning/methods/sss/fold.ts";
import { chosenChannels } from "../../../../src/pruning/methods/sss/removal.ts";
import { channelStructures } from "../../../../src/pruning/methods/sss/structures.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { heldAtZero } from "../../../../src/pruning/training/roles.ts";
import { withEngine, withoutLeak } from "../../engine/backends.ts";
import { difference } from "../../engine/oracles.ts";
import { randomFrom } from "../../graph/channels/randomized.ts";
import { trainerOptions } from "../../training/tiny.ts";
import { classifiers, labelledImages } from "../greedy/classifiers.ts";

/** Factors by chance: some zero, others up to 1.5. */
const factorsFor = (count: number, seed: number): Float32Array => {
  const random = randomFrom(seed);
  return Float32Array.from({ length: count }, () => (random() < 0.3 ? 0 : 1.5 * random()));
};

/** What a model answers to images while factors stand beside it. */
async function answersWith(engine: Engine, model: Model, anatomy: Anatomy, factors: Float32Array, size: number) {
  const network = networkOf(model);
  const { axes, count } = channelStructures(anatomy, size, ["reads"]);
  const trainer = await engine.train(model, {
    ...trainerOptions(network, heldAtZero(model, network)),
    selection: { by: "factors", axes, count, gamma: 0, momentum: 0.9 },
  });
  try {
    const slots = new Map([...(await trainer.save()).slots, ["/factors", factors] as const]);
    trainer.restore({ step: 0, weights: new Map(), slots });
    const { feed } = labelledImages(network, 5, 3);
    const { values, shape } = feedBatch(feed, [0, 1, 2, 3, 4]);
    const loaded = await engine.load(folded(model, { axes, count }, factors));
    try {
      return [await trainer.loaded.predict(values, shape), await loaded.predict(values, shape)] as const;
    } finally {
      loaded.dispose();
    }
  } finally {
    trainer.dispose();
  }
}

describe("structures of channels", () => {
  for (const [kind, make] of Object.entries(classifiers)) {
    for (const size of [1, 2]) {
      it(`answer with factors beside a ${kind} network as with factors in its weights, ${size} a structure`, async function () {
        await withEngine(this, "wasm", (engine) =>
          withoutLeak(async () => {
            const model = await make(randomFrom(7));
            const anatomy = anatomyOf(model, networkOf(model), {});
            const { count } = channelStructures(anatomy, size, ["reads"]);
            const [beside, within] = await answersWith(engine, model, anatomy, factorsFor(count, 5), size);
            assert.ok(difference(beside[0]?.values ?? [], within[0]?.values ?? []) < 1e-5);
          }),
        );
      });
    }

    it(`of factor zero in a ${kind} network may be masked, and nothing changes`, async function () {
      await withEngine(this, "wasm", async (engine) => {
        const model = await make(randomFrom(8));
        const anatomy = anatomyOf(model, networkOf(model), {});
        const structures = channelStructures(anatomy, 1, ["reads"]);
        const values = factorsFor(structures.count, 6);
        const history = values.map((_, i) => i);
        const chosen = chosenChannels(anatomy, structures, { values, history }, { threshold: 0, minWidth: 1 });
        const zero = folded(model, structures, values);
        const { relative } = await largestDifference(engine, mask(zero, anatomy.channels, chosen.removal), zero);
        assert.ok(relative < 1e-6, `${relative}`);
        const kept = values.filter((value, i) => value === 0 && !chosen.held.includes(i)).length;
        assert.equal(
          chosen.removal.reduce((sum, gone) => sum + gone, 0),
          kept,
        );
      });
    });
  }

  it("share a factor where a residual add ties layers", async () => {
    const model = await (classifiers.residual as NonNullable<typeof classifiers.residual>)(randomFrom(1));
    const { groups, axes, channels } = channelStructures(anatomyOf(model, networkOf(model), {}), 1, ["reads"]);
    assert.deepEqual(
      groups.map(({ name, layers, count }) => [name, layers, count]),
      [
        ["stem", ["stem", "b"], 5],
        ["a", ["a"], 4],
        ["c", ["c"], 4],
      ],
    );
    // What two layers make together is read by two: behind the add's own normalisation, and nowhere before it.
    assert.deepEqual(
      axes.map(({ weight, axis, structures }) => [weight, axis, [...structures]]),
      [
        ["a/kernel", 2, [0, 1, 2, 3, 4]],
        ["b/kernel", 2, [5, 6, 7, 8]],
        ["c/kernel", 2, [0, 1, 2, 3, 4]],
        ["answer/kernel", 0, [9, 10, 11, 12]],
      ],
    );
    assert.equal(channels.length, 13);
  });

  it("are neighbours where several make one, the last perhaps fewer, and never of two layers", async () => {
    const model = await (classifiers.concat as NonNullable<typeof classifiers.concat>)(randomFrom(1));
    const { groups, channels } = channelStructures(anatomyOf(model, networkOf(model), {}), 2, ["reads"]);
    assert.deepEqual(
      groups.map(({ name, count }) => [name, count]),
      [
        ["a", 2],
        ["b", 2],
        ["c", 2],
      ],
    );
    assert.deepEqual(
      channels.map((some) => some.length),
      [2, 1, 2, 2, 2, 1],
    );
  });

  it("have norms over what makes and what reads them", async () => {
    const model = await (classifiers.plain as NonNullable<typeof classifiers.plain>)(randomFrom(2));
    const structures = channelStructures(anatomyOf(model, networkOf(model), {}), 1, ["makes", "reads"]);
    const floats = (name: string) => new Float32Array(model.weights.get(name)?.bytes.slice().buffer as ArrayBuffer);
    const [a, b] = [floats("a/kernel"), floats("b/kernel")];
    const norms = Array.from({ length: 4 }, (_, filter) => {
      let sum = 0;
      for (const [i, value] of a.entries()) if (i % 4 === filter) sum += value ** 2;
      for (const [i, value] of b.entries()) if (Math.floor(i / 5) % 4 === filter) sum += value ** 2;
      return Math.sqrt(sum);
    });
    assert.ok(difference([...normsOf(model, structures)].slice(0, 4), norms) < 1e-6);
  });
});

describe("channels chosen by their factors", () => {
  const plain = async () => {
    const model = await (classifiers.plain as NonNullable<typeof classifiers.plain>)(randomFrom(3));
    const anatomy = anatomyOf(model, networkOf(model), {});
    return { anatomy, structures: channelStructures(anatomy, 1, ["reads"]) };
  };

  it("leave the longest-lived of a layer whose factors are all zero, and say so", async () => {
    const { anatomy, structures } = await plain();
    const { first, count } = structures.groups[0] as { first: number; count: number };
    const values = new Float32Array(structures.count).fill(1);
    values.fill(0, first, first + count);
    const history = Float32Array.from(values, (_, i) => (i === first + 2 ? 0.9 : 0.1));
    const chosen = chosenChannels(anatomy, structures, { values, history }, { threshold: 0, minWidth: 1 });
    assert.deepEqual(chosen.last, [first + 2]);
    assert.deepEqual(chosen.held, [first + 2]);
    assert.equal(
      chosen.removal.reduce((sum, gone) => sum + gone, 0),
      count - 1,
    );
  });

  it("leave as many as a layer must keep, the longest-lived of them", async () => {
    const { anatomy, structures } = await plain();
    const values = new Float32Array(structures.count).fill(1);
    values.fill(0, 0, 3);
    const history = Float32Array.from(values, (_, i) => i / 10);
    const chosen = chosenChannels(anatomy, structures, { values, history }, { threshold: 0, minWidth: 3 });
    assert.deepEqual(chosen.held, [1, 2]);
    assert.deepEqual(chosen.last, []);
  });

  it("go up to a threshold where one is given", async () => {
    const { anatomy, structures } = await plain();
    const values = Float32Array.from({ length: structures.count }, (_, i) => (i === 0 ? 0.05 : i === 1 ? 0.2 : 1));
    const gone = (threshold: number) =>
      chosenChannels(anatomy, structures, { values, history: values }, { threshold, minWidth: 1 }).removal.reduce(
        (sum, each) => sum + each,
        0,
      );
    assert.deepEqual([0, 0.06, 0.1, 0.5].map(gone), [0, 1, 1, 2]);
  });
});
