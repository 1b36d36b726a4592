import assert from "node:assert/strict";
import type { Dataset, Scaling, Split } from "../../../src/pruning/data/dataset.ts";
import { readDataset } from "../../../src/pruning/data/readDataset.ts";
import { candidateScalings, channelStatistics, scaleBatch } from "../../../src/pruning/data/scaling.ts";
import { corpus } from "../../support/corpus.ts";

/** Three examples of 1×2 pixels with two channels. */
const split: Split = {
  count: 3,
  images: Uint8Array.of(0, 255, 51, 102, 255, 0, 10, 20, 128, 127, 1, 254),
  labels: Uint8Array.of(0, 1, 2),
};

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs((actual[i] as number) - value) <= tolerance, `${actual[i]} is not ${value} at ${i}`);
  });
}

describe("scaleBatch", () => {
  const middle = [255, 0, 10, 20];

  it("scales a range of examples by each formula", () => {
    const scale = (scaling: Scaling) => scaleBatch(split, 1, 2, scaling, 2);
    close(scale({ name: "raw" }), middle, 0);
    close(
      scale({ name: "x/255" }),
      middle.map((x) => x / 255),
    );
    close(
      scale({ name: "x/127.5-1" }),
      middle.map((x) => x / 127.5 - 1),
    );
    const meanStd: Scaling = { name: "mean-std", mean: [0.25, 0.5], std: [0.5, 0] };
    close(scale(meanStd), [1.5, -0.5, (10 / 255 - 0.25) / 0.5, 20 / 255 - 0.5]);
  });

  it("covers the whole split", () => {
    close(scaleBatch(split, 0, 3, { name: "raw" }, 2), [...split.images], 0);
  });
});

describe("channelStatistics", () => {
  it("agrees with a plain loop", () => {
    const { mean, std } = channelStatistics(split, 2);
    [0, 1].forEach((channel) => {
      const values = [...split.images].filter((_, i) => i % 2 === channel).map((x) => x / 255);
      const average = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / values.length;
      close([mean[channel] ?? 0, std[channel] ?? 0], [average, Math.sqrt(variance)], 1e-12);
    });
  });

  it("gives the known statistics of CIFAR-10", async function () {
    this.timeout(20_000);
    const { train } = await readDataset(corpus(this, "data", "cifar10"));
    assert.ok(train);
    const { mean, std } = channelStatistics(train, 3);
    // Of all 50,000 images; the corpus holds the first 10,000.
    close(mean, [0.4914, 0.4822, 0.4465], 0.005);
    close(std, [0.247, 0.2435, 0.2616], 0.005);
  });
});

describe("candidateScalings", () => {
  const dataset: Dataset = { path: "", format: "idx", height: 1, width: 2, channels: 2, classes: 3 };
  const other: Split = { ...split, images: split.images.map((x) => x >> 1) };

  it("normalises by the training split, and by the test split only where there is no other", () => {
    const expected = (from: Split) => ({ name: "mean-std", ...channelStatistics(from, 2) });
    const both = candidateScalings({ ...dataset, train: split, test: other });
    assert.deepEqual(
      both.map(({ name }) => name),
      ["x/255", "x/127.5-1", "raw", "mean-std"],
    );
    assert.deepEqual(both[3], expected(split));
    assert.deepEqual(candidateScalings({ ...dataset, test: other })[3], expected(other));
  });
});
