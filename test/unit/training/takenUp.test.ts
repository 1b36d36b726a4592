import assert from "node:assert/strict";
import type { Checkpoint, Snapshot } from "../../../src/pruning/checkpoint.ts";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import type { Model } from "../../../src/pruning/model/model.ts";
import type { FineTuneContext } from "../../../src/pruning/training/context.ts";
import { distill } from "../../../src/pruning/training/distill.ts";
import { fineTune } from "../../../src/pruning/training/fineTune.ts";
import type { TrainingOptions } from "../../../src/pruning/training/options.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { difference } from "../engine/oracles.ts";
import { contextOn } from "./context.ts";
import { cnn, modelOf, sparse, trainingBackends, valuesOf, zerosOf } from "./tiny.ts";

/** A checkpoint in memory, which keeps what would be on disk. */
function inMemory(): Checkpoint & { snapshot?: Snapshot | undefined } {
  return {
    async load() {
      return this.snapshot;
    },
    async save(snapshot) {
      this.snapshot = structuredClone(snapshot);
    },
  };
}

const options: TrainingOptions = {
  epochs: 4,
  batchSize: 8,
  optimizer: "sgd",
  learningRate: 0.05,
  weightDecay: 0.01,
  patience: 2,
  gradual: { prune: "magnitude", sparsity: 0.7 },
};

/** An engine whose trainers are real ones, but for what happens before each of their steps. */
const watched = (engine: Engine, beforeStep: (examples: number) => void): Engine => ({
  ...engine,
  async train(model, how) {
    const trainer = await engine.train(model, how);
    return {
      ...trainer,
      async step(batch, learningRate, seed) {
        beforeStep(batch.shape[0] as number);
        return trainer.step(batch, learningRate, seed);
      },
    };
  },
});

for (const backend of trainingBackends) {
  describe(`training that is taken up again on ${backend}`, function () {
    this.timeout(60_000);

    for (const [title, train] of [
      ["fine-tuning", fineTune],
      [
        "distilling",
        (model: Model, how: TrainingOptions, context: FineTuneContext) =>
          distill(model, { ...how, labels: 0.5 }, { ...context, original: model }),
      ],
    ] as const) {
      it(`goes on, ${title}, after whichever step it was cancelled, and ends as if it had not been`, async function () {
        await withEngine(this, backend, async (engine) => {
          const model = sparse(await modelOf(cnn()), 0.2);
          const whole = await train(model, options, contextOn(engine, model));
          for (const stop of [1, 6, 17, 23]) {
            const checkpoint = inMemory();
            const cancel = new AbortController();
            const progress = (_: number, message: string) => {
              if (message.startsWith(`step ${stop} of 24`)) cancel.abort();
            };
            const cut = await train(
              model,
              options,
              contextOn(engine, model, { checkpoint, progress, signal: cancel.signal }),
            );
            assert.equal(cut.ended?.code, "cancelled");
            const messages: string[] = [];
            const again = contextOn(engine, model, {
              checkpoint,
              progress: (_, message) => void messages.push(message),
            });
            const { model: tuned, notes } = await withoutLeak(() => train(model, options, again));
            assert.match(messages[0] ?? "", new RegExp(`^step ${stop + 1} of 24`));
            assert.deepEqual(notes, whole.notes);
            const tolerance = backend === "tensorflow" ? 1e-6 : 0;
            for (const name of model.weights.keys()) {
              assert.ok(
                difference(valuesOf(tuned, name), valuesOf(whole.model, name)) <= tolerance,
                `${name}, step ${stop}`,
              );
            }
            assert.deepEqual(zerosOf(tuned), zerosOf(whole.model));
          }
        });
      });
    }
  });
}

describe("training that is taken up again", function () {
  this.timeout(60_000);

  it("keeps to the smaller batches that memory has made it take", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      const sizes: number[] = [];
      const small = watched(engine, (examples) => {
        sizes.push(examples);
        if (examples > 8) throw new SecateurError("backend", "The backend is out of memory.");
      });
      const checkpoint = inMemory();
      const cancel = new AbortController();
      const progress = (_: number, message: string) => void (message.startsWith("step 9 of 24") && cancel.abort());
      const big = { ...options, batchSize: 16 };
      await fineTune(model, big, contextOn(small, model, { checkpoint, progress, signal: cancel.signal }));
      assert.deepEqual(sizes, [16, ...Array(9).fill(8)]);
      const { notes } = await fineTune(model, big, contextOn(small, model, { checkpoint }));
      assert.deepEqual(sizes, [16, ...Array(24).fill(8)]);
      assert.equal(notes[0], "Memory did not suffice for batches of 16: 8 were used.");
    });
  });

  it("begins anew where what was kept is not of a training run", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      const checkpoint = inMemory();
      await checkpoint.save({ json: { step: 12, of: "something else" }, arrays: new Map() });
      const { notes } = await fineTune(model, options, contextOn(engine, model, { checkpoint }));
      assert.match(notes[0] ?? "", /^Fine-tuning, 24 of 24 steps: /);
    });
  });
});
