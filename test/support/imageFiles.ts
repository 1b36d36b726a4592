import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encode } from "jpeg-js";
import { PNG } from "pngjs";
import type { ImageSize, Split } from "../../src/pruning/data/dataset.ts";

/** Bytes of a PNG file of an image: grey for one channel, else red, green, blue. */
export function pngOf(pixels: Uint8Array, { height, width, channels }: ImageSize): Buffer {
  const png = new PNG({ height, width });
  png.data = rgbaOf(pixels, channels);
  return PNG.sync.write(png, { colorType: channels === 1 ? 0 : 2 });
}

/** Bytes of a JPEG file of an image, at its best quality. */
export function jpegOf(pixels: Uint8Array, { height, width, channels }: ImageSize): Buffer {
  return encode({ height, width, data: rgbaOf(pixels, channels) }, 100).data;
}

/**
 * Writes images of a dataset as PNG files.
 * @param pathOf where each is to lie, with forward slashes, by its number and label
 */
export function placeImages(
  folder: string,
  { count, images, labels }: Split,
  size: ImageSize,
  pathOf: (i: number, label: number) => string,
): string {
  const bytes = images.length / count;
  for (let i = 0; i < count; i++) {
    const path = join(folder, pathOf(i, labels?.[i] ?? 0));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, pngOf(images.subarray(i * bytes, (i + 1) * bytes), size));
  }
  return folder;
}

function rgbaOf(pixels: Uint8Array, channels: number): Buffer {
  return Buffer.from(
    Array.from({ length: pixels.length / channels }, (_, pixel) => {
      const values = [...pixels.subarray(pixel * channels, (pixel + 1) * channels)];
      return [...(channels === 1 ? [values[0], values[0], values[0]] : values), 255] as number[];
    }).flat(),
  );
}
