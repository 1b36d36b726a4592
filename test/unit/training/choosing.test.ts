import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import type { ChoosingCourse } from "../../../src/pruning/methods/sss/contract.ts";
import { folded } from "../../../src/pruning/methods/sss/fold.ts";
import { choosingTraining } from "../../../src/pruning/training/choosing.ts";
import { recalibrate } from "../../../src/pruning/training/recalibrate.ts";
import { withEngine, withoutLeak } from "../engine/backends.ts";
import { dense } from "../engine/models.ts";
import { difference } from "../engine/oracles.ts";
import { contextOn, train } from "./context.ts";
import { classes, everyBackend, modelOf, valuesOf } from "./tiny.ts";

const filters = 3;
const statistics = ["norm/moving_mean", "norm/moving_variance"] as const;

/** Factors stand between the convolution and the layer whose answers are normalised. */
const layers = () => [
  tfl.layers.conv2d({ inputShape: [6, 6, 2], filters, kernelSize: 3, activation: "relu", name: "conv" }),
  tfl.layers.conv2d({ filters: 4, kernelSize: 1, name: "reader" }),
  tfl.layers.batchNormalization({ name: "norm" }),
  tfl.layers.dropout({ rate: 0.3 }),
  tfl.layers.flatten(),
  dense(classes, "head"),
];

const course: ChoosingCourse = {
  epochs: 1,
  steps: 20,
  batchSize: 16,
  learningRate: 0.05,
  decay: "constant",
  warmup: 0,
  momentum: 0.9,
  weightDecay: 1e-4,
};

for (const backend of everyBackend) {
  describe(`training that chooses structures on ${backend}`, function () {
    this.timeout(60_000);

    it("leaves batch normalisation the statistics of what the factors have come to", async function () {
      await withEngine(this, backend, async (engine) => {
        const model = await modelOf(layers());
        const structures = Int32Array.from({ length: filters }, (_, i) => i);
        const selection = { count: filters, axes: [{ weight: "reader/kernel", axis: 2, structures }] };
        const { model: trained, values } = await withoutLeak(() =>
          choosingTraining(model, course, contextOn(engine, model)).run(
            { ...selection, by: "factors", gamma: 0.1, momentum: 0.9 },
            async () => {},
            () => {},
          ),
        );
        // Moving averages that keep 99 % a step would still be near what they were with every factor at 1.
        assert.ok(Math.max(...values) < 0.8, values.join(" "));
        const whole = folded(trained, selection, values);
        const fresh = await recalibrate(whole, {}, contextOn(engine, whole, { network: networkOf(whole), train }));
        for (const name of statistics) {
          assert.ok(difference(valuesOf(trained, name), valuesOf(fresh.model, name)) < 1e-5, name);
        }
      });
    });
  });
}
