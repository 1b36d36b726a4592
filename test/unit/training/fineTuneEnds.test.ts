import assert from "node:assert/strict";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import type { Trainer } from "../../../src/pruning/engine/training/contract.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { fineTune } from "../../../src/pruning/training/fineTune.ts";
import type { TrainingOptions } from "../../../src/pruning/training/options.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { contextOn, train, validation } from "./context.ts";
import { cnn, modelOf, sparse, zerosOf } from "./tiny.ts";

const options: TrainingOptions = { epochs: 4, batchSize: 8, learningRate: 0.1 };

/** An engine whose trainers are real ones, but for what happens before each of their steps. */
function watched(engine: Engine, beforeStep: (examples: number) => void): Engine {
  return {
    ...engine,
    async train(model, options): Promise<Trainer> {
      const trainer = await engine.train(model, options);
      return {
        ...trainer,
        async step(batch, learningRate, seed) {
          beforeStep(batch.shape[0] as number);
          return trainer.step(batch, learningRate, seed);
        },
      };
    },
  };
}

const outOfMemory = () => new SecateurError("backend", "The backend is out of memory.");

describe("fine-tuning that ends early", function () {
  this.timeout(60_000);

  it("stops after so many epochs in a row that brought nothing better", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      const ruinous: TrainingOptions = { ...options, optimizer: "sgd", learningRate: 1e-12, epochs: 9, patience: 2 };
      let steps = 0;
      const context = contextOn(
        watched(engine, () => steps++),
        model,
      );
      // Nothing moves but the statistics of batch normalisation, of which the first are the best.
      const { notes, ended } = await fineTune(model, ruinous, context);
      const [, best = "0"] = /best after step (\d+)/.exec(notes[0] ?? "") ?? [];
      assert.equal(ended, undefined);
      assert.ok(steps < 9 * 6, `${steps} steps`);
      assert.equal(steps, Number(best) + 2 * 6);
      assert.equal(notes[1], "Stopped early: 2 epochs in a row brought nothing better.");
    });
  });

  it("stops at the next batch when cancelled, with the best weights until then", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = sparse(await modelOf(cnn()), 0.5);
      const whole = await fineTune(model, { ...options, epochs: 2, decay: "constant" }, contextOn(engine, model));
      assert.match(whole.notes[0] ?? "", /best after step 12\.$/);
      const cancel = new AbortController();
      let steps = 0;
      const cancelling = watched(engine, () => {
        if (++steps === 15) setImmediate(() => cancel.abort());
      });
      const cut = await withoutLeak(() =>
        fineTune(model, { ...options, decay: "constant" }, contextOn(cancelling, model, { signal: cancel.signal })),
      );
      assert.equal(steps, 15);
      assert.equal(cut.ended?.code, "cancelled");
      assert.match(cut.notes[0] ?? "", /^Fine-tuning, 15 of 24 steps: .*best after step 12\.$/);
      assert.deepEqual(cut.model, whole.model);
    });
  });

  it("stops within a validation when cancelled there, too", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      const cancel = new AbortController();
      const progress = (fraction: number) => {
        if (fraction === 0.25) cancel.abort();
      };
      const { ended, notes } = await fineTune(
        model,
        options,
        contextOn(engine, model, { signal: cancel.signal, progress }),
      );
      assert.equal(ended?.code, "cancelled");
      assert.match(notes[0] ?? "", /^Fine-tuning, 6 of 24 steps: .*no step was better than none\.$/);
    });
  });

  it("stops where the loss is no number, names step and learning rate, and keeps the last good weights", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = sparse(await modelOf(cnn()), 0.5);
      const exploding: TrainingOptions = { ...options, optimizer: "sgd", learningRate: 1e30, warmup: 0 };
      const {
        ended,
        notes,
        model: kept,
      } = await withoutLeak(() => fineTune(model, exploding, contextOn(engine, model)));
      assert.equal(ended?.code, "training");
      assert.match(
        ended?.message ?? "",
        /^The loss became (NaN|Infinity) at step [2-6] with the learning rate (1|9\.\d+)e\+(30|29); the last good weights are kept, and a lower learning rate may help\.$/,
      );
      assert.match(notes[0] ?? "", /^Fine-tuning, [1-5] of 24 steps: /);
      assert.deepEqual(kept, model);
    });
  });

  it("keeps what an epoch brought when the loss is no number in a later one", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = sparse(await modelOf(cnn()), 0.5);
      let steps = 0;
      const spoiling: Engine = {
        ...engine,
        async train(of, how) {
          const trainer = await engine.train(of, how);
          // From the third epoch on the steps are far too long.
          return { ...trainer, step: (batch, rate, seed) => trainer.step(batch, steps++ < 12 ? rate : 1e30, seed) };
        },
      };
      const { ended, notes, model: kept } = await fineTune(model, options, contextOn(spoiling, model));
      assert.equal(ended?.code, "training");
      assert.match(notes[0] ?? "", /^Fine-tuning, 13 of 24 steps: .*best after step (6|12)\.$/);
      assert.notDeepEqual(kept, model);
      assert.deepEqual(zerosOf(kept), zerosOf(model));
    });
  });

  it("begins again with half a batch when memory does not suffice, once", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      const sizes: number[] = [];
      const small = watched(engine, (examples) => {
        sizes.push(examples);
        if (examples > 8 && sizes.length > 2) throw outOfMemory();
      });
      const { ended, notes } = await withoutLeak(() =>
        fineTune(model, { ...options, epochs: 1, batchSize: 16 }, contextOn(small, model)),
      );
      assert.deepEqual(sizes, [16, 16, 16, 8, 8, 8, 8, 8, 8]);
      assert.equal(ended, undefined);
      assert.match(
        notes.join(" "),
        /^Memory did not suffice for batches of 16: 8 were used\. Fine-tuning, 6 of 6 steps: /,
      );
    });
  });

  it("fails when half a batch is too much, or a batch cannot be halved", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      for (const [batchSize, tries] of [
        [16, [16, 8]],
        [1, [1]],
      ] as const) {
        const sizes: number[] = [];
        const tiny = watched(engine, (examples) => {
          sizes.push(examples);
          throw outOfMemory();
        });
        await withoutLeak(() =>
          assert.rejects(fineTune(model, { ...options, batchSize }, contextOn(tiny, model)), { code: "backend" }),
        );
        assert.deepEqual(sizes, tries);
      }
    });
  });

  it("fails, rather than ends, when the model cannot be trained or the data do not fit", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const frozen = await modelOf(cnn().map((layer) => Object.assign(layer, { trainable: false })));
      await assert.rejects(fineTune(frozen, options, contextOn(engine, frozen)), { code: "training" });
      const model = await modelOf(cnn());
      const nine = { ...train, fit: { ...train.fit, classes: 9 } };
      const misfit = contextOn(engine, model, { train: nine, validation: { ...validation, fit: nine.fit } });
      await assert.rejects(fineTune(model, options, misfit), {
        code: "bad-data",
        message: /labels name 9 classes, but no output of the model scores that many/,
      });
    });
  });
});
