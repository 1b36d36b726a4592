import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { placesOf } from "../../../../src/pruning/engine/structures/places.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { batchOf, everyBackend, modelOf, plainCnn, trainerOptions, valuesOf } from "../../training/tiny.ts";
import { withEngine, withoutLeak } from "../backends.ts";
import { difference } from "../oracles.ts";

describe("places of structures", () => {
  for (const backend of everyBackend) {
    it(`are spread over and summed as plain loops do, gradients too, on ${backend}`, async function () {
      await withEngine(this, backend, () =>
        withoutLeak(() =>
          fc.assert(
            fc.asyncProperty(
              fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 12 }),
              async (chosen) => {
                const places = placesOf(Int32Array.from(chosen), 4);
                const values = tf.tensor1d([2, 3, 5, 7]);
                const weights = chosen.map((_, i) => i + 1);
                const dy = tf.tensor1d(weights);
                const spread = places.spread(values);
                const slope = tf.tidy(() => tf.grad((x) => tf.sum(tf.mul(places.spread(x), dy)))(values));
                const sums = places.sum(dy);
                const plain = [0, 1, 2, 3].map((structure) =>
                  chosen.reduce((sum, each, i) => sum + (each === structure ? (weights[i] as number) : 0), 0),
                );
                assert.deepEqual(
                  [...(await spread.data())],
                  chosen.map((each) => [2, 3, 5, 7][each] ?? 1),
                );
                assert.deepEqual([...(await sums.data())], plain);
                assert.deepEqual([...(await slope.data())], plain);
                tf.dispose([values, dy, spread, slope, sums]);
                places.dispose();
              },
            ),
            { numRuns: 15 },
          ),
        ),
      );
    });
  }
});

describe("norms of structures", () => {
  for (const backend of everyBackend) {
    it(`are pulled at by a group lasso, on ${backend}`, async function () {
      await withEngine(this, backend, (engine) =>
        withoutLeak(async () => {
          const model = await modelOf(plainCnn());
          const network = networkOf(model);
          const [kernel, head] = [valuesOf(model, "conv/kernel"), valuesOf(model, "head/kernel")];
          const columns = head.length / 48;
          // Filter c makes conv/kernel[…, c] and is read by every third row of the head.
          const rows = Int32Array.from({ length: 48 }, (_, i) => i % 3);
          const squares = [0, 0, 0];
          const add = (structure: number, value: number) => {
            squares[structure] = (squares[structure] as number) + value ** 2;
          };
          for (const [i, value] of kernel.entries()) add(i % 3, value);
          for (const [i, value] of head.entries()) add(Math.floor(i / columns) % 3, value);
          const norms = squares.map(Math.sqrt);
          const gamma = 0.3;
          const learningRate = 0.1;
          const optimizer = { name: "sgd", momentum: 0, nesterov: false, weightDecay: 0 } as const;
          const selection = {
            by: "norms",
            count: 3,
            axes: [
              { weight: "conv/kernel", axis: 3, structures: Int32Array.of(0, 1, 2) },
              { weight: "head/kernel", axis: 0, structures: rows },
            ],
            gamma,
            momentum: 0,
          } as const;
          const plain = await engine.train(model, { ...trainerOptions(network, new Map()), optimizer });
          const pulled = await engine.train(model, { ...trainerOptions(network, new Map()), optimizer, selection });
          assert.ok(difference(await pulled.structures(), norms) < 1e-6);
          await plain.step(batchOf(6, 1), learningRate, 1);
          await pulled.step(batchOf(6, 1), learningRate, 1);
          const [without, after] = [await plain.weights(), await pulled.weights()];
          const expected = (name: string, values: Float32Array, structureOf: (i: number) => number) =>
            (without.get(name) as Float32Array).map(
              (value, i) => value - (learningRate * gamma * (values[i] as number)) / (norms[structureOf(i)] as number),
            );
          assert.ok(
            difference(
              after.get("conv/kernel") ?? [],
              expected("conv/kernel", kernel, (i) => i % 3),
            ) < 1e-5,
          );
          const ofRow = (i: number) => Math.floor(i / columns) % 3;
          assert.ok(difference(after.get("head/kernel") ?? [], expected("head/kernel", head, ofRow)) < 1e-5);
          assert.deepEqual(after.get("head/bias"), without.get("head/bias"));
          plain.dispose();
          pulled.dispose();
        }),
      );
    });
  }
});
