import assert from "node:assert/strict";
import type { ImageSize } from "../../../src/pruning/data/dataset.ts";
import { type Augmentation, augment } from "../../../src/pruning/training/augment.ts";
import { randomAt } from "../../../src/pruning/training/order.ts";

const size: ImageSize = { height: 4, width: 5, channels: 3 };
const length = size.height * size.width * size.channels;
const image = Uint8Array.from({ length }, (_, i) => i + 1);

function augmented(from: Uint8Array, how: Augmentation, seed: number, of = size): Uint8Array {
  const to = new Uint8Array(from.length).fill(77);
  augment(from, to, of, how, randomAt(seed));
  return to;
}

const pixel = (values: Uint8Array, y: number, x: number): number[] => {
  const inside = y >= 0 && y < size.height && x >= 0 && x < size.width;
  const at = (y * size.width + x) * size.channels;
  return inside ? [...values.subarray(at, at + size.channels)] : [0, 0, 0];
};

/** The image moved down and right, what comes in black; pixel by pixel. */
function movedBy(values: Uint8Array, down: number, right: number): Uint8Array {
  const pixels: number[] = [];
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) pixels.push(...pixel(values, y - down, x - right));
  }
  return Uint8Array.from(pixels);
}

function mirrored(values: Uint8Array): Uint8Array {
  const pixels: number[] = [];
  for (let y = 0; y < size.height; y++) {
    for (let x = size.width - 1; x >= 0; x--) pixels.push(...pixel(values, y, x));
  }
  return Uint8Array.from(pixels);
}

describe("augmentation", () => {
  it("changes nothing when it is off, and never the image it is given", () => {
    const before = image.slice();
    for (let seed = 0; seed < 20; seed++) {
      assert.deepEqual(augmented(image, { flip: false, shift: 0 }, seed), image);
      augmented(image, { flip: true, shift: 2 }, seed);
    }
    assert.deepEqual(image, before);
  });

  it("mirrors half of the images, and a mirrored one back", () => {
    let count = 0;
    for (let seed = 0; seed < 400; seed++) {
      const once = augmented(image, { flip: true, shift: 0 }, seed);
      assert.deepEqual(augmented(once, { flip: true, shift: 0 }, seed), image, "the same draw, twice");
      if (once[0] === image[0]) continue;
      count++;
      assert.deepEqual(once, mirrored(image));
    }
    // The deviation of the count is 10.
    assert.ok(count > 150 && count < 250, `${count} of 400`);
  });

  it("shifts as a plain loop does, by every distance up to the given one and none beyond", () => {
    const shift = 2;
    const offsets = [-2, -1, 0, 1, 2];
    const all = [image, mirrored(image)].map((values) =>
      offsets.flatMap((down) => offsets.map((right) => movedBy(values, down, right).join())),
    );
    const seen = new Set<string>();
    for (let seed = 0; seed < 600; seed++) {
      assert.ok(all[0]?.includes(augmented(image, { flip: false, shift }, seed).join()));
      seen.add(augmented(image, { flip: true, shift }, seed).join());
    }
    assert.deepEqual([...seen].sort(), all.flat().sort());
  });

  it("leaves black what is shifted out altogether", () => {
    const dot = { height: 1, width: 1, channels: 1 };
    const values = new Set<number>();
    for (let seed = 0; seed < 500; seed++) {
      values.add(augmented(Uint8Array.of(9), { flip: true, shift: 3 }, seed, dot)[0] as number);
    }
    assert.deepEqual(values, new Set([0, 9]));
  });
});
