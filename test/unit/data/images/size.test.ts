import assert from "node:assert/strict";
import type { OpenShape } from "../../../../src/pruning/data/dataset.ts";
import { imageSizeFor } from "../../../../src/pruning/data/images/size.ts";

describe("imageSizeFor", () => {
  const own = { height: 30, width: 40 };
  const cases: readonly (readonly [OpenShape, readonly number[] | undefined])[] = [
    [
      [null, 28, 28, 1],
      [28, 28, 1],
    ],
    [
      [1, 224, 200, 3],
      [224, 200, 3],
    ],
    [
      [null, 28, 26],
      [28, 26, 1],
    ],
    [
      [null, 3, 32, 20],
      [32, 20, 3],
    ],
    [
      [null, 1, 32, 20],
      [32, 20, 1],
    ],
    [
      [null, null, null, 3],
      [30, 40, 3],
    ],
    [
      [null, null, 50, null],
      [30, 50, 3],
    ],
    [
      [null, 3, null, null],
      [30, 40, 3],
    ],
    [
      [null, 784],
      [28, 28, 1],
    ],
    [
      [null, 3072],
      [32, 32, 3],
    ],
    [
      [null, 1200],
      [30, 40, 1],
    ],
    [
      [null, 3600],
      [30, 40, 3],
    ],
    [[], [30, 40, 3]],
    [[null, 28, 28, 4], undefined],
    [[null, 7], undefined],
    [[null, null], undefined],
    [[null, 8, 28, 28, 3], undefined],
    [[null], undefined],
  ];
  for (const [input, expected] of cases) {
    it(`takes [${input.map((length) => length ?? "?")}] for ${expected ? expected.join(" × ") : "no images"}`, () => {
      const size = imageSizeFor(input, own);
      assert.deepEqual(size && [size.height, size.width, size.channels], expected);
    });
  }
});
