import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { placesOf, type Subject } from "../../../../src/pruning/criteria/views.ts";
import { drawSample } from "../../../../src/pruning/data/sample.ts";
import { scaleBatch } from "../../../../src/pruning/data/scaling.ts";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { evaluate } from "../../../../src/pruning/engine/evaluate.ts";
import { mask } from "../../../../src/pruning/graph/channels/mask.ts";
import { gatherActivity } from "../../../../src/pruning/methods/evidence/activity.ts";
import { gatherContributions } from "../../../../src/pruning/methods/evidence/contributions.ts";
import { gatherGates } from "../../../../src/pruning/methods/evidence/gates.ts";
import type { Experiment } from "../../../../src/pruning/methods/evidence/laboratory.ts";
import { forEachRead, readingsOf } from "../../../../src/pruning/methods/evidence/reading.ts";
import { gatherRemovals } from "../../../../src/pruning/methods/evidence/removals.ts";
import { withValues } from "../../../../src/pruning/model/encode.ts";
import { type Model, withWeights } from "../../../../src/pruning/model/model.ts";
import { withEngine, withoutLeak } from "../../engine/backends.ts";
import { loadLayers } from "../../graph/tfjs.ts";
import { trainingBackends } from "../../training/tiny.ts";
import { contextOn, residual, stored, subjectOf, train, validation } from "./laboratory.ts";

/** One batch of all but eight of the training images. */
const images = 32;

const experimentOn = (engine: Engine): Experiment => ({ ...contextOn(engine), images });

/** The images that an experiment draws, as a split. */
function drawnSplit() {
  const drawn = drawSample(train.split.count, images, contextOn({} as Engine).seed);
  const bytes = train.split.images.length / train.split.count;
  return {
    count: images,
    images: Uint8Array.from(
      Array.from(drawn).flatMap((at) => [...train.split.images.subarray(at * bytes, (at + 1) * bytes)]),
    ),
    labels: Uint8Array.from(drawn, (at) => train.split.labels?.[at] ?? 0),
  };
}

const subject = async (): Promise<Subject> => subjectOf(await stored(residual()));

for (const place of trainingBackends) {
  describe(`evidence on ${place}`, () => {
    it("activity is that of stock tfjs's inner tensors, behind batch-norm, add and ReLU", async function () {
      await withEngine(this, place, async (engine) => {
        const given = await subject();
        const { magnitude, zeros } = await withoutLeak(() => gatherActivity(given, experimentOn(engine)));
        const stock = await loadLayers(given.model);
        const pixels = scaleBatch(drawnSplit(), 0, images, train.scaling, train.fit.channels);
        const expected = async (layer: string) => {
          const { inboundNodes } = stock.getLayer(layer);
          const outputs = inboundNodes.at(-1)?.outputTensors as tfl.SymbolicTensor[];
          const part = tfl.model({ inputs: stock.inputs, outputs });
          const values = tf.tidy(() => part.predict(tf.tensor(pixels, [images, 6, 6, 2])) as tf.Tensor);
          const channels = values.shape.at(-1) as number;
          const data = Array.from(await values.data());
          values.dispose();
          return Array.from({ length: channels }, (_, channel) => {
            const own = data.filter((_, i) => i % channels === channel);
            return {
              magnitude: own.reduce((sum, value) => sum + Math.abs(value), 0) / own.length,
              zeros: own.filter((value) => value === 0).length / own.length,
            };
          });
        };
        // The channels of the residual group are rectified at two places, which count the same.
        const [stem, block] = [await expected("stem"), await expected("block")];
        const trunk = stem.map((each, i) => ({
          magnitude: (each.magnitude + (block[i]?.magnitude ?? 0)) / 2,
          zeros: (each.zeros + (block[i]?.zeros ?? 0)) / 2,
        }));
        const all = [
          ...trunk,
          ...(await expected("rectified")),
          ...(await expected("hidden")),
          ...(await expected("head")),
        ];
        assert.equal(magnitude.length, all.length);
        for (const [channel, each] of all.entries()) {
          assert.ok(Math.abs((magnitude[channel] as number) - each.magnitude) < 1e-5, `channel ${channel}`);
          assert.ok(Math.abs((zeros[channel] as number) - each.zeros) < 1e-6, `channel ${channel}`);
        }
        assert.ok(
          zeros.some((share) => share > 0 && share < 1),
          "nothing was rectified",
        );
        stock.dispose();
      });
    });

    it("gates are the finite differences of the loss by a factor on what reads the channel", async function () {
      await withEngine(this, place, async (engine) => {
        const given = await subject();
        const [gate, ...others] = await withoutLeak(() => gatherGates(given, experimentOn(engine)));
        assert.ok(gate && others.length === 0);
        const lossOf = async (model: Model) => {
          const loaded = await engine.load(model);
          const { loss } = await evaluate(loaded, drawnSplit(), train.fit, train.scaling);
          loaded.dispose();
          return loss;
        };
        const step = 0.02;
        for (const group of given.channels.groups) {
          for (const channel of group.channels) {
            if (group.readers.length === 0) {
              assert.ok(Number.isNaN(gate[channel]));
              continue;
            }
            const [more, less] = [
              await lossOf(scaled(given, channel, 1 + step)),
              await lossOf(scaled(given, channel, 1 - step)),
            ];
            const expected = (more - less) / (2 * step);
            assert.ok(
              Math.abs((gate[channel] as number) - expected) < 2e-4 + 0.01 * Math.abs(expected),
              `channel ${channel}: ${gate[channel]} for ${expected}`,
            );
          }
        }
      });
    });

    it("contributions add up to what the readers compute", async function () {
      await withEngine(this, place, async (engine) => {
        const given = await subject();
        const of = await withoutLeak(() => gatherContributions(given, experimentOn(engine)));
        for (const group of given.channels.groups) {
          const each = of(group);
          assert.equal(each.length, group.readers.length, group.name);
          for (const { rows, read, values, energy } of each) {
            assert.equal(rows, images * 10);
            assert.deepEqual([...read], Array(group.channels.length).fill(1));
            // Every reader of this model reads one group: its channels make up the whole of it.
            let sum = 0;
            for (let row = 0; row < rows; row++) {
              sum += group.channels.reduce((total, _, at) => total + (values[at * rows + row] as number), 0) ** 2;
            }
            assert.ok(Math.abs(sum - energy) < 1e-4 * energy);
          }
        }
      });
    });

    it("removals are the answers of the masked model", async function () {
      await withEngine(this, place, async (engine) => {
        const given = await subject();
        const { before, after, images: asked } = await withoutLeak(() => gatherRemovals(given, experimentOn(engine)));
        assert.equal(asked, validation.split.count);
        const answersOf = async (model: Model) => {
          const loaded = await engine.load(model);
          const { accuracy, loss } = await evaluate(loaded, validation.split, validation.fit, validation.scaling);
          loaded.dispose();
          return { accuracy, loss };
        };
        // Sums may be made in another order than those of a whole forward pass.
        const whole = await answersOf(given.model);
        assert.equal(before.accuracy, whole.accuracy);
        assert.ok(Math.abs(before.loss - whole.loss) < 1e-6);
        for (const group of given.channels.groups) {
          for (const channel of group.channels) {
            const removal = new Uint8Array(given.channels.count);
            removal[channel] = 1;
            if (group.free.length === 0) assert.equal(after[channel], undefined);
            else {
              const expected = await answersOf(mask(given.model, given.channels, removal));
              assert.equal(after[channel]?.accuracy, expected.accuracy);
              assert.ok(Math.abs((after[channel]?.loss ?? 0) - expected.loss) < 1e-5, `channel ${channel}`);
            }
          }
        }
      });
    });
  });
}

/** The model with the weights that read a channel multiplied. */
function scaled(given: Subject, channel: number, factor: number): Model {
  const changed = readingsOf(given).map((reading) => {
    const values = reading.values.slice();
    forEachRead(reading, (read, element) => {
      if (read === channel) values[element] = (values[element] as number) * factor;
    });
    return withValues(reading.weight, values);
  });
  return withWeights(given.model, changed);
}

describe("evidence: places in a group", () => {
  it("of the network's channels", () => {
    const group = { channels: Int32Array.of(4, 1) } as Parameters<typeof placesOf>[1];
    assert.deepEqual([...placesOf({ count: 6 }, group)], [-1, 1, -1, -1, 0, -1]);
  });
});
