import { define } from "../code/functions.ts";
import { add, divUp, int, min, mul, sub } from "../code/values.ts";
import { eachTile } from "./filterGradient.ts";
import { at, part, size } from "./loops.ts";
import { places, transformGradients } from "./winograd.ts";
import { outputAddresses, stepOf, tileAt, tileGeometry, transformTiles } from "./winogradTiles.ts";

/**
 * Gradient of the weights of a convolution with 3 × 3 taps, strides of 1 and no dilation, still transformed:
 * `restoreWeights` takes it back. An item is `tilesPerItem` tiles, gone through `tilesAtOnce` at a time; each adds to
 * sums of its own, which lie behind each other from `sums` on, [16, channels, outChannels], and must be 0 at first.
 * Each thread has `scratchSize` bytes of scratch, see `gradientScratch`.
 */
export const winogradFilterGradient = define(
  "winogradFilterGradient",
  [
    ...(["x", "dy", "sums", ...tileGeometry] as const),
    ...["tilesPerItem", "tilesAtOnce", "scratch", "scratchSize", "item", "thread"],
  ] as const,
  (body, p) => {
    const tiles = part(body, p.item, p.tilesPerItem, p.tiles);
    const place = body.int(mul(p.channels, p.outChannels));
    const sums = body.int(at(p.sums, mul(p.item, places, place)));
    const dyPixel = body.int(mul(size, p.outChannels));
    const dyRow = body.int(mul(dyPixel, p.outWidth));

    const patch = body.int(add(p.scratch, mul(p.thread, p.scratchSize)));
    const none = body.int(at(patch, mul(16, p.channels)));
    const inputs = body.int(add(none, dyPixel));
    const inputStep = body.int(stepOf(p.tilesAtOnce, p.channels));
    const gradients = body.int(add(inputs, mul(places, inputStep)));
    const gradientStep = body.int(stepOf(p.tilesAtOnce, p.outChannels));
    body.clear(none, dyPixel);

    body.range(0, divUp(sub(tiles.to, tiles.from), p.tilesAtOnce), (round) => {
      const first = body.int(add(tiles.from, mul(round, p.tilesAtOnce)));
      const count = body.int(min(p.tilesAtOnce, sub(tiles.to, first)));
      body.call(transformTiles, { ...p, first, count, patch, to: inputs, step: inputStep });
      const to = body.local(gradients);
      body.range(first, add(first, count), (index) => {
        const tile = tileAt(body, p, index);
        const pixel = add(mul(add(mul(tile.image, p.outHeight), tile.row), p.outWidth), tile.column);
        const start = add(p.dy, mul(pixel, dyPixel));
        const strides = { row: dyRow, column: dyPixel };
        const [topLeft, topRight, bottomLeft, bottomRight] = outputAddresses(body, p, tile, start, strides, none);
        if (topLeft && topRight && bottomLeft && bottomRight) {
          const corners = { topLeft, topRight, bottomLeft, bottomRight };
          body.call(transformGradients, { ...corners, channels: p.outChannels, to, step: gradientStep });
        }
        body.increase(to, dyPixel);
      });
      body.range(0, places, (each) => {
        eachTile(body, { from: 0, to: p.channels }, p.outChannels, {
          x: body.int(add(inputs, mul(each, inputStep))),
          dy: body.int(add(gradients, mul(each, gradientStep))),
          sum: body.int(at(sums, mul(each, place))),
          ...{ runs: int(1), count, xRun: int(0), dyRun: int(0) },
          ...{ xStep: mul(size, p.channels), dyStep: dyPixel, sumRow: dyPixel },
        });
      });
    });
  },
);

/** Bytes of scratch that a thread needs. */
export function gradientScratch(tilesAtOnce: number, channels: number, outChannels: number): number {
  const step = (width: number) => size * tilesAtOnce * width + 64;
  return size * (16 * channels + outChannels) + places * (step(channels) + step(outChannels));
}
