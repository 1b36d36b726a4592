import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Split } from "../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { spread } from "../../../src/pruning/data/split.ts";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { kernelsOf } from "../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { type Model, withWeights } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import type { FineTuneContext } from "../../../src/pruning/training/context.ts";
import { fineTune } from "../../../src/pruning/training/fineTune.ts";
import type { GradualOptions } from "../../../src/pruning/training/gradualOptions.ts";
import type { TrainingOptions } from "../../../src/pruning/training/options.ts";
import { corpus } from "../../support/corpus.ts";
import { useFolders } from "../../support/folders.ts";
import { sampleData } from "../../support/samples.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { floatWeight } from "../engine/models.ts";
import { contextOn } from "./context.ts";
import { cnn, modelOf, placed, sparse, storedAs, trainingBackends, valuesOf, zerosOf } from "./tiny.ts";

const kernels = ["conv/kernel", "head/kernel"];
const options = { epochs: 4, batchSize: 8, learningRate: 0.05, weightDecay: 0.01 } satisfies TrainingOptions;
const to = (sparsity: number, more: Partial<GradualOptions> = {}): GradualOptions => ({
  prune: "magnitude",
  sparsity,
  ...more,
});

const zerosAmong = (values: readonly Float32Array[]): number =>
  values.reduce((sum, each) => sum + each.filter((value) => value === 0).length, 0);
const zerosOfKernels = (model: Model) => zerosAmong(kernels.map((name) => valuesOf(model, name)));
const sizeOfKernels = (model: Model) => kernels.reduce((sum, name) => sum + valuesOf(model, name).length, 0);

/** An engine whose trainers tell, after each step, what of their weights and slots is zero. */
function watched(engine: Engine, after: (zeros: Map<string, Uint8Array>) => void): Engine {
  return {
    ...engine,
    async train(model, how) {
      const trainer = await engine.train(model, how);
      return {
        ...trainer,
        async step(batch, rate, seed) {
          const outcome = await trainer.step(batch, rate, seed);
          const { weights, slots } = await trainer.save();
          const all = [...weights, ...slots].filter(([name]) => kernels.some((kernel) => name.startsWith(kernel)));
          after(new Map(all.map(([name, values]) => [name, Uint8Array.from(values, (value) => Number(value === 0))])));
          return outcome;
        },
      };
    },
  };
}

for (const backend of trainingBackends) {
  describe(`pruning gradually on ${backend}`, function () {
    this.timeout(60_000);
    const folder = useFolders();

    for (const optimizer of ["adam", "adamw", "sgd"] as const) {
      it(`with ${optimizer} goes from the zeros there are to its target, and holds every zero on the way`, async function () {
        await withEngine(this, backend, async (engine) => {
          const model = sparse(await modelOf(cnn()), 0.2);
          const total = sizeOfKernels(model);
          const start = zerosOfKernels(model);
          const seen: number[] = [];
          let before = new Map<string, Uint8Array>();
          const each = (now: Map<string, Uint8Array>) => {
            for (const [name, zeros] of now) {
              assert.ok(before.get(name)?.every((was, i) => !was || zeros[i]) ?? true, `${name} came back`);
              const kernel = kernels.find((kernel) => name.startsWith(kernel)) as string;
              const held = now.get(kernel);
              assert.ok(
                held?.every((zero, i) => !zero || zeros[i]),
                `${name} moves what is held`,
              );
            }
            seen.push(kernels.reduce((sum, name) => sum + (now.get(name)?.filter(Boolean).length ?? 0), 0));
            before = now;
          };
          const gradual = to(0.8, { begin: 0.25, end: 0.75, every: 5 });
          const context = contextOn(watched(engine, each), model);
          const { model: tuned, notes } = await withoutLeak(() =>
            fineTune(model, { ...options, optimizer, gradual }, context),
          );
          const target = Math.round(0.8 * total);
          const at = (t: number) => Math.round(start + (target - start) * (1 - (1 - t) ** 3));
          // 24 steps: prunings before steps 6, 11, 16 and, at the end, 18.
          const expected = [
            ...Array(11).fill(start),
            ...Array(5).fill(at(5 / 12)),
            ...Array(2).fill(at(10 / 12)),
            ...Array(6).fill(target),
          ];
          assert.deepEqual(seen, expected);
          assert.equal(zerosOfKernels(tuned), target);
          const signed = kernels.flatMap((name) => [...valuesOf(tuned, name)].filter((value) => Object.is(value, -0)));
          assert.equal(signed.length, 0, "a zero has a sign");
          assert.equal(
            notes[1],
            "Pruned from step 7 to step 19: asked for 80 % of the chosen layers' weights, reached 80.1 %.",
          );
          assert.match(notes[0] ?? "", /best after step (18|24)\.$/);
        });
      });
    }

    it("per layer, in chosen layers and from the start where it is constant", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const share = (of: Model, name: string) => zerosAmong([valuesOf(of, name)]) / valuesOf(of, name).length;
        const with_ = async (gradual: GradualOptions) =>
          (await fineTune(model, { ...options, epochs: 1, gradual }, contextOn(engine, model))).model;
        const layered = await with_(to(0.5, { scope: "layer", schedule: "constant" }));
        assert.deepEqual(
          kernels.map((name) => share(layered, name)),
          [0.5, 0.5],
        );
        const chosen = await with_(to(0.5, { skip: "conv" }));
        assert.deepEqual(
          kernels.map((name) => share(chosen, name)),
          [0, 0.5],
        );
      });
    });

    it("keeps its zeros in the files, however weights are stored", async function () {
      await withEngine(this, backend, async (engine) => {
        for (const storage of ["float16", "uint8"] as const) {
          const model = await placed(folder(), storedAs(await modelOf(cnn()), storage));
          const { model: tuned } = await fineTune(model, { ...options, gradual: to(0.75) }, contextOn(engine, model));
          assert.equal(zerosOfKernels(tuned), Math.round(0.75 * sizeOfKernels(model)), storage);
        }
      });
    });

    it("uses no more memory from epoch to epoch", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(cnn());
        const used: string[] = [];
        const progress = () => {
          const { numTensors, numBytes } = tf.memory();
          used.push(`${numTensors} tensors, ${numBytes} bytes`);
        };
        const checkpoint = { load: async () => undefined, save: async () => {} };
        const context = contextOn(engine, model, { progress, checkpoint });
        await withoutLeak(() => fineTune(model, { ...options, epochs: 6, gradual: to(0.9, { every: 2 }) }, context));
        assert.equal(used.length, 36);
        assert.equal(new Set(used).size, 1, used.join("; "));
      });
    });
  });
}

describe("pruning gradually", function () {
  this.timeout(120_000);

  it("keeps the best of the sparsest weights, whatever less sparse ones have answered", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const good = (
        await fineTune(await modelOf(cnn()), { ...options, epochs: 6 }, contextOn(engine, await modelOf(cnn())))
      ).model;
      const { model, notes } = await fineTune(
        good,
        { ...options, learningRate: 1e-6, gradual: to(0.97, { end: 0.5 }) },
        contextOn(engine, good),
      );
      assert.equal(zerosOfKernels(model), Math.round(0.97 * sizeOfKernels(good)));
      const [, from, after] = /from (\S+) % to (\S+) %, best after step (?:12|18|24)/.exec(notes[0] ?? "") ?? [];
      assert.ok(Number(from) > Number(after), notes[0]);
    });
  });

  it("does not stop for want of patience before its target is reached", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = await modelOf(cnn());
      const gradual = to(0.5, { schedule: "constant", begin: 0.5 });
      const still = { ...options, epochs: 8, optimizer: "sgd", learningRate: 1e-12, patience: 1, gradual } as const;
      const { model: tuned, notes } = await fineTune(model, still, contextOn(engine, model));
      assert.equal(zerosOfKernels(tuned), Math.round(0.5 * sizeOfKernels(model)));
      assert.match(notes.join(" "), /^Fine-tuning, (30|36|42) of 48 steps: .*reached 50 %\. Stopped early: 1 epochs/);
    });
  });

  it("says how far it came where it is cancelled, or where there was nothing to do", async function () {
    await withEngine(this, "cpu", async (engine) => {
      const model = sparse(await modelOf(cnn()), 0.5);
      const cancel = new AbortController();
      const progress = (fraction: number) => void (fraction === 0.5 && cancel.abort());
      const gradual = to(0.9, { end: 1, every: 1 });
      const cut = await fineTune(
        model,
        { ...options, gradual },
        contextOn(engine, model, { progress, signal: cancel.signal }),
      );
      assert.equal(cut.ended?.code, "cancelled");
      const reached = (100 * zerosOfKernels(cut.model)) / sizeOfKernels(model);
      assert.match(
        cut.notes[1] ?? "",
        /^Pruned from step 1 to step 24: asked for 90 % .*, reached [\d.]+ %, where training ended\.$/,
      );
      assert.ok(Math.abs(Number(/reached ([\d.]+) %/.exec(cut.notes[1] ?? "")?.[1]) - reached) < 0.06);
      assert.ok(reached > 60 && reached < 85, `${reached}`);

      const idle = await fineTune(model, { ...options, gradual: to(0.1) }, contextOn(engine, model));
      assert.match(
        idle.notes[1] ?? "",
        /^Nothing was pruned on the way: .* were zero already, and 10 % asks for no more\.$/,
      );
      assert.deepEqual(zerosOf(idle.model), zerosOf(model));

      const uneven = withWeights(model, [
        floatWeight("conv/kernel", model.weights.get("conv/kernel")?.shape ?? [], new Float32Array(54)),
      ]);
      const layered = to(0.6, { scope: "layer" });
      const over = await fineTune(uneven, { ...options, gradual: layered }, contextOn(engine, uneven));
      assert.match(
        over.notes[1] ?? "",
        /asked for 60 % .*, reached \d\d(\.\d)? %: [\d,]+ of the chosen layers' [\d,]+ weights were zero already\.$/,
      );
    });
  });

  it("prunes a graph model on the way, and recovers what it can", async function () {
    const path = join(corpus(this, "models", "mnist-lenet-graph-tensorspace"), "model.json");
    const model = await readModel(path);
    const network = networkOf(model);
    const dataset = await readDataset(sampleData);
    const fit = fitToInput(dataset, network.inputs[0]?.shape ?? []);
    const size = { height: 28, width: 28, channels: 1 };
    const data = (split: Split) => ({ ...size, split, fit, scaling: { name: "x/255" } as const });
    await withEngine(this, "wasm", async (engine) => {
      const context: FineTuneContext = {
        engine,
        network,
        train: data(spread(dataset.train as Split, 1000)),
        validation: data(spread(dataset.test as Split, 300)),
        seed: 1,
        progress: () => {},
      };
      const { model: tuned } = await withoutLeak(() =>
        fineTune(model, { epochs: 1, batchSize: 50, learningRate: 0.002, gradual: to(0.9) }, context),
      );
      const names = network.layers.flatMap(kernelsOf).map(({ name }) => name);
      const values = names.map((name) => valuesOf(tuned, name));
      const total = values.reduce((sum, { length }) => sum + length, 0);
      assert.equal(zerosAmong(values), Math.round(0.9 * total));
    });
  });
});
