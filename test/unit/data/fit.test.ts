import assert from "node:assert/strict";
import type { Dataset } from "../../../src/pruning/data/dataset.ts";
import { arrange, fitToInput } from "../../../src/pruning/data/fit.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";

const grey: Dataset = { path: "digits", format: "idx", height: 28, width: 28, channels: 1, classes: 10 };
const colour: Dataset = { path: "photos", format: "cifar10", height: 2, width: 4, channels: 3, classes: 10 };

describe("fitToInput", () => {
  it("finds the layout of each usual input", () => {
    const cases: [Dataset, (number | null)[], number[], boolean, number | null][] = [
      [grey, [null, 28, 28, 1], [28, 28, 1], false, null],
      [grey, [null, 28, 28], [28, 28], false, null],
      [grey, [null, 784], [784], false, null],
      [grey, [1, 1, 28, 28], [1, 28, 28], true, 1],
      [grey, [null, null, null, null], [28, 28, 1], false, null],
      [colour, [8, 2, 4, 3], [2, 4, 3], false, 8],
      [colour, [null, null, null, 3], [2, 4, 3], false, null],
      [colour, [null, 24], [24], false, null],
      [colour, [1, 3, 2, 4], [3, 2, 4], true, 1],
      [colour, [null, 3, null, null], [3, 2, 4], true, null],
      [colour, [null, null], [24], false, null],
      [colour, [], [2, 4, 3], false, null],
    ];
    for (const [dataset, input, example, channelsFirst, batchSize] of cases) {
      const { channels, classes } = dataset;
      assert.deepEqual(
        fitToInput(dataset, input),
        { example, channelsFirst, batchSize, channels, classes },
        `${input}`,
      );
    }
  });

  it("refuses other shapes, naming both", () => {
    const cases: [Dataset, (number | null)[], string, string][] = [
      [grey, [null, 32, 32, 3], "28×28 grey ([?,28,28,1])", "[?,32,32,3]"],
      [colour, [null, 4, 2, 3], "2×4 with 3 channels ([?,2,4,3])", "[?,4,2,3]"],
      [colour, [null, 2, 4], "photos", "[?,2,4]"],
      [grey, [null, 783], "digits", "[?,783]"],
    ];
    for (const [dataset, input, images, wanted] of cases) {
      assert.throws(
        () => fitToInput(dataset, input),
        (error) =>
          SecateurError.is(error, "bad-data") && error.message.includes(images) && error.message.includes(wanted),
      );
    }
  });
});

describe("arrange", () => {
  const values = Float32Array.from({ length: 2 * 24 }, (_, i) => i);

  it("transposes to channels first, example by example", () => {
    const arranged = arrange(values, fitToInput(colour, [null, 3, 2, 4]));
    for (let n = 0; n < 2; n++) {
      for (let y = 0; y < 2; y++) {
        for (let x = 0; x < 4; x++) {
          for (let c = 0; c < 3; c++) {
            assert.equal(arranged[n * 24 + c * 8 + y * 4 + x], n * 24 + (y * 4 + x) * 3 + c);
          }
        }
      }
    }
  });

  it("leaves channels-last values where they are", () => {
    assert.equal(arrange(values, fitToInput(colour, [null, 2, 4, 3])), values);
  });
});
