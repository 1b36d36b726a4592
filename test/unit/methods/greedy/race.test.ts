import assert from "node:assert/strict";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { shrink } from "../../../../src/pruning/graph/channels/shrink.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { anatomyOf } from "../../../../src/pruning/methods/anatomy.ts";
import { prospectsOf } from "../../../../src/pruning/methods/greedy/candidates.ts";
import { insightAfter } from "../../../../src/pruning/methods/greedy/choose.ts";
import type { Contest, Search, Verdict } from "../../../../src/pruning/methods/greedy/contest.ts";
import { juryOf } from "../../../../src/pruning/methods/greedy/jury.ts";
import { exhaustive } from "../../../../src/pruning/methods/greedy/plain.ts";
import { race } from "../../../../src/pruning/methods/greedy/race.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { withEngine, withoutLeak } from "../../engine/backends.ts";
import { randomFrom } from "../../graph/channels/randomized.ts";
import { type Classifier, classifiers, labelledImages } from "./classifiers.ts";

const removals = 3;

/** The removals that a search chooses, one after the other, as group and place in it. */
async function chosenBy(search: Search, model: Model, { feed }: ReturnType<typeof labelledImages>, engine: Engine) {
  const jury = await juryOf(model, feed, feed.split.count, engine, undefined);
  const chosen: string[] = [];
  const verdicts: Verdict[] = [];
  let current = model;
  let order: readonly number[] = [];
  let insight: Verdict["insight"];
  for (let i = 0; i < removals; i++) {
    const anatomy = anatomyOf(current, networkOf(current), {});
    const { channels } = anatomy;
    const { candidates } = prospectsOf(anatomy, anatomy, 0, {});
    const contest: Contest = {
      model: current,
      channels,
      candidates: order.length > 0 ? order.filter((channel) => candidates.includes(channel)) : candidates,
      jury,
      insight,
      engine,
      parameters: () => 0,
      progress() {},
    };
    const verdict = await search(contest);
    const { channel, right } = verdict.winner;
    const group = channels.groups.find((each) => each.channels.includes(channel));
    chosen.push(`${group?.name} ${group?.channels.indexOf(channel)}: ${right}`);
    verdicts.push(verdict);
    if (search === race) {
      order = verdict.order.filter((each) => each !== channel).map((each) => each - Number(each > channel));
      insight = verdict.insight && insightAfter(verdict.insight, channel);
    }
    const removal = new Uint8Array(channels.count);
    removal[channel] = 1;
    current = shrink(current, channels, removal);
  }
  return { chosen, verdicts };
}

describe("greedy: a race chooses what the plain loop chooses", () => {
  for (const [name, build] of Object.entries(classifiers) as [string, Classifier][]) {
    it(`${name}, several seeds`, async function () {
      this.timeout(120_000);
      await withEngine(this, "wasm, 1 thread", async (engine) => {
        for (const seed of [1, 2, 3]) {
          const model = await build(randomFrom(seed));
          const images = labelledImages(networkOf(model), 150, seed);
          await withoutLeak(async () => {
            const fast = await chosenBy(race, model, images, engine);
            const plain = await chosenBy(exhaustive, model, images, engine);
            assert.deepEqual(fast.chosen, plain.chosen, `seed ${seed}`);
            for (const [i, { winner }] of fast.verdicts.entries()) {
              const other = plain.verdicts[i]?.winner.loss as number;
              assert.ok(Math.abs(winner.loss - other) <= 1e-4 * other, `the loss of step ${i}`);
            }
          });
        }
      });
    });
  }

  it("a model that takes batches of one size only", async function () {
    this.timeout(120_000);
    await withEngine(this, "wasm, 1 thread", async (engine) => {
      const model = await (classifiers.residual as Classifier)(randomFrom(4));
      const { feed } = labelledImages(networkOf(model), 150, 4);
      const images = { feed: { ...feed, fit: { ...feed.fit, batchSize: 32 } } };
      await withoutLeak(async () => {
        const fast = await chosenBy(race, model, images, engine);
        const plain = await chosenBy(exhaustive, model, images, engine);
        assert.deepEqual(fast.chosen, plain.chosen);
      });
    });
  });

  it("computes fewer answers than there are, and counts each", async function () {
    await withEngine(this, "wasm, 1 thread", async (engine) => {
      const model = await (classifiers.plain as Classifier)(randomFrom(1));
      const { verdicts } = await chosenBy(race, model, labelledImages(networkOf(model), 400, 1), engine);
      for (const { evaluations, insight } of verdicts) {
        assert.ok(evaluations.done < evaluations.possible, JSON.stringify(evaluations));
        const tried = [...(insight?.answers.values() ?? [])].map((own) => own.filter((each) => each >= 0).length);
        assert.ok(tried.reduce((sum, each) => sum + each, 0) <= evaluations.done);
      }
    });
  });
});
