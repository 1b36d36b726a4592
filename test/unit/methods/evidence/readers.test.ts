import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { readersOf, sampleRow } from "../../../../src/pruning/methods/evidence/readers.ts";
import { withWeights } from "../../../../src/pruning/model/model.ts";
import { floatWeight } from "../../engine/models.ts";
import { numbers } from "../../engine/oracles.ts";
import { loadLayers, openWasm, saved } from "../../graph/tfjs.ts";
import { subjectOf } from "./laboratory.ts";

type Made = tfl.layers.Layer;
const { layers } = tfl;

/** What stands before the reader, so that channels are made; the reader; its input behind it. */
const cases: [string, number[], Made[], () => Made][] = [
  ["dense", [5], [layers.dense({ units: 4 })], () => layers.dense({ units: 3 })],
  ["dense on a sequence", [6, 5], [layers.dense({ units: 4 })], () => layers.dense({ units: 3 })],
  [
    "dense behind a flatten",
    [3, 2, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 }), layers.flatten()],
    () => layers.dense({ units: 3 }),
  ],
  [
    "conv1d",
    [9, 2],
    [layers.conv1d({ filters: 4, kernelSize: 1 })],
    () => layers.conv1d({ filters: 3, kernelSize: 4, strides: 2, padding: "same" }),
  ],
  [
    "conv1d, dilated",
    [9, 2],
    [layers.conv1d({ filters: 4, kernelSize: 1 })],
    () => layers.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 }),
  ],
  [
    "conv2d",
    [7, 6, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2d({ filters: 3, kernelSize: [3, 2] }),
  ],
  [
    "conv2d, strided and padded",
    [7, 6, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2d({ filters: 3, kernelSize: [3, 4], strides: [2, 3], padding: "same" }),
  ],
  [
    "conv2d, dilated and padded",
    [7, 6, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: "same" }),
  ],
  [
    "conv2d, stride above its kernel",
    [8, 8, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2d({ filters: 3, kernelSize: 1, strides: 3, padding: "same" }),
  ],
  [
    "conv2d, channels first",
    [2, 5, 6],
    [layers.conv2d({ filters: 4, kernelSize: 1, dataFormat: "channelsFirst" })],
    () => layers.conv2d({ filters: 3, kernelSize: 2, strides: 2, dataFormat: "channelsFirst" }),
  ],
  [
    "conv3d",
    [4, 5, 3, 2],
    [layers.conv3d({ filters: 4, kernelSize: 1 })],
    () => layers.conv3d({ filters: 3, kernelSize: [2, 3, 1], padding: "same", strides: [1, 2, 1] }),
  ],
  [
    "transposed",
    [4, 3, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2dTranspose({ filters: 3, kernelSize: [3, 2], strides: [2, 3] }),
  ],
  [
    "transposed, padded",
    [4, 3, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2dTranspose({ filters: 3, kernelSize: [3, 4], strides: 2, padding: "same" }),
  ],
  [
    "transposed, stride above its kernel",
    [4, 3, 2],
    [layers.conv2d({ filters: 4, kernelSize: 1 })],
    () => layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 3, padding: "same" }),
  ],
  [
    "TimeDistributed dense",
    [6, 5],
    [layers.dense({ units: 4 })],
    () => layers.timeDistributed({ layer: layers.dense({ units: 3 }) as never }),
  ],
  [
    "TimeDistributed conv2d",
    [2, 5, 5, 1],
    [layers.timeDistributed({ layer: layers.conv2d({ filters: 4, kernelSize: 1 }) as never })],
    () => layers.timeDistributed({ layer: layers.conv2d({ filters: 3, kernelSize: 2 }) as never }),
  ],
];

const batch = 2;

describe("what channels add to a number of the layer that reads them", () => {
  before(openWasm);

  for (const [title, inputShape, making, reader] of cases) {
    it(title, async () => {
      const model = tfl.sequential();
      model.add(layers.inputLayer({ inputShape }));
      for (const layer of making) model.add(layer);
      const last = reader();
      model.add(last);
      const empty = await saved(model);
      const filled = [...empty.weights.values()].map(({ name, shape }, i) =>
        floatWeight(name, shape, numbers(shape, i + 7).values),
      );
      const given = subjectOf(withWeights(empty, filled));
      const own = readersOf(given).find(({ layer }) => layer.name === last.name);
      assert.ok(own, "no reader was found");

      const stock = await loadLayers(given.model);
      const layer = stock.getLayer(last.name);
      const shape = [batch, ...(layer.input as tfl.SymbolicTensor).shape.slice(1)] as number[];
      const { values } = numbers(shape, 5);
      // Without bias: that is not the channels'.
      const bias = (layer.weights.at(-1)?.read() as tf.Variable) ?? null;
      if (bias.rank === 1) bias.assign(tf.zerosLike(bias));
      const answer = tf.tidy(() => layer.apply(tf.tensor(values, shape)) as tf.Tensor);
      const expected = await answer.data();

      // All numbers of the output, each drawn by its place; steps of sequences are drawn last.
      const places = placesOf(
        answer.shape.slice(1),
        own.window.channelsFirst,
        given.model.weights.get(own.reading.weight.name)?.shape.length ?? 0,
      );
      for (let example = 0; example < batch; example++) {
        for (const { draws, at } of places) {
          const queue = [...draws];
          const row = sampleRow(own, { name: "", shape, values }, example, (length) => {
            const drawn = queue.shift();
            assert.ok(drawn !== undefined && drawn < length, "another number was drawn than there are");
            return drawn;
          });
          assert.equal(queue.length, 0);
          const sum = row.reduce((total, value) => total + value, 0);
          const value = expected[example * (answer.size / batch) + at] as number;
          assert.ok(Math.abs(sum - value) < 1e-4, `${draws}: ${sum} for ${value}`);
        }
      }
      answer.dispose();
      stock.dispose();
    });
  }
});

/** By position in one example's output: what `sampleRow` draws for it, axes in space first, then filter and step. */
function placesOf(shape: readonly number[], channelsFirst: boolean, rank: number): { draws: number[]; at: number }[] {
  const size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, at) => {
    const index = shape.map(
      (length, axis) => Math.floor(at / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % length,
    );
    const own = index.slice(shape.length - (rank - 1));
    const [filter, space] = channelsFirst ? [own[0], own.slice(1)] : [own.at(-1), own.slice(0, -1)];
    const lead = index.slice(0, shape.length - (rank - 1));
    const step = lead.reduce((sum, i, axis) => sum * (shape[axis] as number) + i, 0);
    return { draws: [...space, filter as number, step], at };
  });
}
