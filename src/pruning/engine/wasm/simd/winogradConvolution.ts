import { type Body, define, type Local } from "../code/functions.ts";
import { four } from "../code/lanes.ts";
import { add, divUp, equal, floatOf, loadInt, min, mul, sub } from "../code/values.ts";
import { block } from "./convolution.ts";
import { at, part, size } from "./loops.ts";
import { outputsOf, places } from "./winograd.ts";
import { outputAddresses, stepOf, tileAt, tileGeometry, transformTiles } from "./winogradTiles.ts";

/** Tiles that are multiplied at a time. */
export const tilesAbreast = 4;

/** Bytes of an entry of the table of outputs: four addresses. */
const entry = 4 * size;

/** Products of tiles, [tiles, inner], and a block of weights, [inner, 8], four tiles at a time. */
const multiply = define("winogradProducts", ["x", "weights", "y", "fours", "inner"], (body, p) => {
  const stride = body.int(mul(size, p.inner));
  const row = body.local(p.x);
  const y = body.local(p.y);
  body.repeat(p.fours, () => {
    const inputs = Array.from({ length: tilesAbreast }, (_, i) => body.int(add(row, mul(i, stride))));
    const weights = body.local(p.weights);
    const sums = inputs.map(() => [0, 1].map(() => body.local(four.constant(0))));
    body.repeat(p.inner, () => {
      const right = [0, 1].map((half) => body.local(four.load(weights, 16 * half)));
      inputs.forEach((input, i) => {
        const left = body.local(four.loadOne(input));
        sums[i]?.forEach((sum, half) => {
          body.set(sum, four.mulAdd(left, right[half] as typeof left, sum));
        });
        body.increase(input, size);
      });
      body.increase(weights, block * size);
    });
    sums.flat().forEach((sum, i) => {
      body.run(four.store(y, sum, 16 * i));
    });
    body.increase(y, tilesAbreast * block * size);
    body.increase(row, mul(tilesAbreast, stride));
  });
});

const parameters = [
  ...["x", "weights", "bias", "y", "low", "high", "imageStride", "rowStride", "columnStride"],
  ...tileGeometry,
  ...["tilesPerItem", "scratch", "scratchSize", "item", "thread"],
] as const;

type Parameters = Readonly<Record<(typeof parameters)[number], Local<"i32">>>;

/**
 * The convolution of `convolve` for 3 × 3 taps, strides of 1 and no dilation, from weights as `transformWeights` leaves
 * them. An item is `tilesPerItem` tiles, a multiple of four; each thread has `scratchSize` bytes of scratch, see
 * `winogradScratch`.
 */
export const winogradConvolve = define("winogradConvolve", parameters, (body, p) => {
  const tiles = part(body, p.item, p.tilesPerItem, p.tiles);
  const fours = body.int(divUp(sub(tiles.to, tiles.from), tilesAbreast));
  const count = body.int(mul(tilesAbreast, fours));
  const blocks = body.int(divUp(p.outChannels, block));

  const rest = body.int(add(p.scratch, mul(p.thread, p.scratchSize)));
  const outside = body.int(add(rest, block * size));
  const table = body.int(add(outside, mul(block * size, blocks)));
  const patch = body.int(add(table, mul(entry, p.tilesPerItem)));
  const inputs = body.int(add(patch, mul(16 * size, p.channels)));
  const inputStep = body.int(stepOf(p.tilesPerItem, p.channels));
  const products = body.int(add(inputs, mul(places, inputStep)));
  const productStep = body.int(stepOf(p.tilesPerItem, block));

  body.call(transformTiles, { ...p, first: tiles.from, count, patch, to: inputs, step: inputStep });
  writeTable(body, p, tiles.from, count, table, outside);
  body.range(0, blocks, (index) => {
    const weights = body.int(add(p.weights, mul(index, places * block * size, p.channels)));
    body.range(0, places, (place) => {
      body.call(multiply, {
        ...{ x: add(inputs, mul(place, inputStep)), y: add(products, mul(place, productStep)) },
        ...{ weights: add(weights, mul(place, block * size, p.channels)), fours, inner: p.channels },
      });
    });
    writeOutputs(body, p, { index, count, table, rest, products, productStep });
  });
});

function writeTable(
  body: Body,
  p: Parameters,
  first: Local<"i32">,
  count: Local<"i32">,
  table: Local<"i32">,
  outside: Local<"i32">,
): void {
  const next = body.local(table);
  body.range(0, count, (i) => {
    const tile = tileAt(body, p, min(add(first, i), sub(p.tiles, 1)));
    const start = add(
      p.y,
      mul(tile.image, p.imageStride),
      mul(tile.row, p.rowStride),
      mul(tile.column, p.columnStride),
    );
    const strides = { row: p.rowStride, column: p.columnStride };
    outputAddresses(body, p, tile, start, strides, outside).forEach((address, corner) => {
      body.storeInt(next, address, size * corner);
    });
    body.increase(next, entry);
  });
}

/** Writes a block of output channels of all tiles. */
function writeOutputs(
  body: Body,
  p: Parameters,
  where: Readonly<Record<"index" | "count" | "table" | "rest" | "products" | "productStep", Local<"i32">>>,
): void {
  const { index, count, table, rest, products, productStep } = where;
  const first = body.int(mul(index, block));
  const width = body.int(min(block, sub(p.outChannels, first)));
  const isWhole = body.int(equal(width, block));
  const bias = [0, 1].map((half) => body.local(four.load(at(p.bias, first), 16 * half)));
  const [low, high] = [p.low, p.high].map((bits) => body.local(four.spread(floatOf(bits))));
  const [next, tile] = [body.local(table), body.local(products)];
  body.repeat(count, () => {
    const halves = bias.map((half, i) => {
      const product = body.int(add(tile, 16 * i));
      return outputsOf(body, product, productStep).map((output) => {
        const sum = four.add(output, half);
        return body.local(four.min(four.max(sum, low as typeof output), high as typeof output));
      });
    });
    for (let corner = 0; corner < 4; corner++) {
      const output = body.int(add(loadInt(next, size * corner), mul(size, first)));
      const target = body.local(rest);
      body.when(isWhole, () => body.set(target, output));
      halves.forEach((outputs, half) => {
        body.run(four.store(target, outputs[corner] as Local<"v128">, 16 * half));
      });
      body.when(equal(isWhole, 0), () => body.copy(output, rest, mul(size, width)));
    }
    body.increase(next, entry);
    body.increase(tile, block * size);
  });
}

/** Bytes of scratch that a thread needs for an item. */
export function winogradScratch(tilesPerItem: number, channels: number, outChannels: number): number {
  const outputs = block * size * (1 + Math.ceil(outChannels / block)) + entry * tilesPerItem;
  const step = (width: number) => size * tilesPerItem * width + 64;
  return outputs + 16 * size * channels + places * (step(channels) + step(block));
}
