import assert from "node:assert/strict";
import type { Dataset, Split } from "../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import {
  type Batch,
  batchesPerEpoch,
  batchMaker,
  labelDistributions,
  type TrainingData,
} from "../../../src/pruning/training/batches.ts";

const size = { height: 2, width: 3, channels: 2 };
const pixels = size.height * size.width * size.channels;

/** Images that say their number in every pixel, labelled by it. */
function data(count: number, inputShape: readonly (number | null)[] = [null, 2, 3, 2]): TrainingData {
  const split: Split = {
    count,
    images: Uint8Array.from({ length: count * pixels }, (_, i) => Math.floor(i / pixels)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 7),
  };
  const dataset: Dataset = { path: "numbers", format: "idx", ...size, classes: 7, train: split };
  return { ...size, split, fit: fitToInput(dataset, inputShape), scaling: { name: "raw" } };
}

const off = { flip: false, shift: 0 };
/** Which examples a batch is made of. */
const examplesOf = ({ values, shape }: Batch): number[] =>
  Array.from({ length: shape[0] as number }, (_, i) => values[i * pixels] as number);

describe("training batches", () => {
  it("hold every example once an epoch, with its own label, in another order each epoch", () => {
    const batchOf = batchMaker(data(60), 12, off, 1);
    const epochs = [0, 1, 2].map((epoch) => [0, 1, 2, 3, 4].map((batch) => batchOf(5 * epoch + batch)));
    for (const epoch of epochs) {
      for (const batch of epoch) {
        assert.deepEqual(batch.shape, [12, 2, 3, 2]);
        assert.equal(batch.values.length, 12 * pixels);
        assert.deepEqual(
          [...(batch.labels ?? [])],
          examplesOf(batch).map((example) => example % 7),
        );
      }
      const all = epoch.flatMap(examplesOf).sort((a, b) => a - b);
      assert.deepEqual(all, [...Array(60).keys()]);
    }
    assert.equal(new Set(epochs.map((epoch) => epoch.flatMap(examplesOf).join())).size, 3);
  });

  it("leave out what does not fill a batch, another part each epoch", () => {
    assert.equal(batchesPerEpoch(23, 5), 4);
    const batchOf = batchMaker(data(23), 5, off, 1);
    const epochs = [0, 1].map((epoch) => [0, 1, 2, 3].flatMap((batch) => examplesOf(batchOf(4 * epoch + batch))));
    for (const examples of epochs) assert.equal(new Set(examples).size, 20);
    const leftOut = epochs.map((examples) => [...Array(23).keys()].filter((each) => !examples.includes(each)).join());
    assert.notEqual(leftOut[0], leftOut[1]);
  });

  it("are as large as the data where that is smaller", () => {
    assert.equal(batchesPerEpoch(5, 64), 1);
    const batchOf = batchMaker(data(5), 64, off, 1);
    for (const step of [0, 1]) assert.deepEqual(examplesOf(batchOf(step)).sort(), [0, 1, 2, 3, 4]);
  });

  it("depend on seed and step alone, whatever was asked for before, augmented too", () => {
    const how = { flip: true, shift: 1 };
    const make = (seed: number) => batchMaker(data(40), 8, how, seed);
    const forwards = make(3);
    const inOrder = [...Array(15).keys()].map((step) => forwards(step));
    const backwards = make(3);
    for (const step of [14, 3, 3, 0, 9, 10]) assert.deepEqual(backwards(step), inOrder[step]);
    assert.notDeepEqual(make(4)(0), inOrder[0]);
  });

  it("give another draw of the same image in another epoch", () => {
    // Of two images the first is black; the second can be moved to nine places, and the two be in either order.
    const batchOf = batchMaker(data(2), 2, { flip: false, shift: 1 }, 1);
    const drawn = [...Array(200).keys()].map((step) => batchOf(step).values.join());
    assert.equal(new Set(drawn).size, 18);
  });

  it("take the model's layout and scaling", () => {
    const planes = { ...data(4, [null, 2, 2, 3]), scaling: { name: "x/255" } as const };
    const { values, shape } = batchMaker(planes, 4, off, 1)(0);
    assert.deepEqual(shape, [4, 2, 2, 3]);
    assert.ok(values.every((value) => [0, 1, 2, 3].some((n) => Math.abs(value - n / 255) < 1e-7)));
    const flat = batchMaker(data(4, [null, 12]), 2, off, 1)(0);
    assert.deepEqual(flat.shape, [2, 12]);
  });
});

describe("smoothed labels", () => {
  it("are distributions with the smoothing spread over all classes", () => {
    const rows = labelDistributions(Uint8Array.of(2, 0), 4, 0.2);
    const expected = [0.05, 0.05, 0.85, 0.05, 0.85, 0.05, 0.05, 0.05];
    rows.forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] as number)) < 1e-7);
    });
    assert.deepEqual([...labelDistributions(Uint8Array.of(1), 3, 0)], [0, 1, 0]);
  });
});
