import assert from "node:assert/strict";
import fc from "fast-check";
import { fitImage } from "../../../../src/pruning/data/images/resize.ts";
import { numbers } from "../../engine/oracles.ts";

function image(height: number, width: number, seed: number) {
  const rgba = Uint8Array.from(numbers([height * width * 4], seed).values, (x) => 127.5 + 127.5 * x);
  return { height, width, rgba };
}

/** One pixel of a bilinear resize in two dimensions at once, by a plain loop over all pixels of the image. */
function pixelAt(
  { height, width, rgba }: ReturnType<typeof image>,
  to: { height: number; width: number },
  y: number,
  x: number,
  c: number,
) {
  const weight = (at: number, pixel: number, from: number, length: number) => {
    const ratio = from / length;
    return Math.max(0, 1 - Math.abs(at + 0.5 - (pixel + 0.5) * ratio) / Math.max(1, ratio));
  };
  let [sum, weights] = [0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const w = weight(row, y, height, to.height) * weight(column, x, width, to.width);
      sum += w * (rgba[(row * width + column) * 4 + c] as number);
      weights += w;
    }
  }
  return sum / weights;
}

describe("fitImage", () => {
  it("is the mean of the pixels under a triangle, larger and smaller, as a plain loop has it", () => {
    const length = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(length, length, length, length, (height, width, toHeight, toWidth) => {
        const from = image(height, width, height * 10 + width);
        const to = { height: toHeight, width: toWidth, channels: 3 };
        const fitted = fitImage(from, to);
        for (const [i, value] of fitted.entries()) {
          const [y, x, c] = [Math.floor(i / (3 * toWidth)), Math.floor(i / 3) % toWidth, i % 3];
          const expected = pixelAt(from, to, y, x, c);
          assert.ok(Math.abs(value - expected) <= 0.5001, `${value} for ${expected} at ${y}, ${x}, ${c}`);
        }
      }),
    );
  });

  it("halves by the weights of PIL's BILINEAR", () => {
    // 1, 3, 3, 1 eighths of the pixels around, at the edges without what lies beyond: 3, 3, 1 sevenths.
    const values = [0, 80, 160, 240];
    const rgba = Uint8Array.from(values.flatMap((value) => [value, value, value, 255]));
    const grey = fitImage({ height: 1, width: 4, rgba }, { height: 1, width: 2, channels: 1 });
    assert.deepEqual([...grey], [Math.round((3 * 0 + 3 * 80 + 160) / 7), Math.round((80 + 3 * 160 + 3 * 240) / 7)]);
  });

  it("keeps the bytes of what has the size already, grey or coloured, and leaves alpha out", () => {
    const from = image(5, 7, 3);
    const fitted = fitImage(from, { height: 5, width: 7, channels: 3 });
    assert.deepEqual(
      [...fitted],
      [...from.rgba].filter((_, i) => i % 4 !== 3),
    );
    const grey = Uint8Array.from({ length: 256 * 4 }, (_, i) => i >> 2);
    assert.deepEqual(
      [...fitImage({ height: 16, width: 16, rgba: grey }, { height: 16, width: 16, channels: 1 })],
      [...Array(256).keys()],
    );
  });

  it("weighs colours as the eye does for grey", () => {
    const rgba = Uint8Array.of(200, 0, 0, 255, 0, 200, 0, 255, 0, 0, 200, 255);
    assert.deepEqual([...fitImage({ height: 1, width: 3, rgba }, { height: 1, width: 3, channels: 1 })], [60, 117, 23]);
  });
});
