import { filterBlock } from "../../kernels/convolveEach.ts";
import { type Body, define, type Local } from "../code/functions.ts";
import { four } from "../code/lanes.ts";
import {
  add,
  div,
  divUp,
  equal,
  floatOf,
  type I32,
  type Int,
  int,
  less,
  loadInt,
  max,
  min,
  mul,
  rem,
  sub,
} from "../code/values.ts";
import { at, part, size } from "./loops.ts";

// A convolution as products of small tiles: four output positions by eight output channels stay in registers while
// the inputs and the weights that they share stream past. Weights are packed beforehand, eight output channels
// beside each other, and where there is padding, the input is copied with a margin of zeros, a piece at a time that
// the cache holds.

/** Output positions of a tile. */
const positions = 4;
/** Output channels of a tile, as many as lie beside each other in packed filters. */
export const block = filterBlock;

/** An entry of the table of positions: address of the first input, address of the output. */
const entry = 2 * size;

/**
 * Lays weights out for `convolve`: [blocks of outputs, filterHeight, filterWidth, inputs, 8], zeros where outputs run
 * out. Strides are in bytes and may be negative, which turns the filter round. An item is a block.
 */
export const pack = define(
  "pack",
  [
    ...["weights", "packed", "filterHeight", "filterWidth", "inputs", "outputs"],
    ...["rowStride", "columnStride", "inputStride", "outputStride", "item", "thread"],
  ] as const,
  (body, p) => {
    const first = body.int(mul(p.item, block));
    const count = body.int(min(block, sub(p.outputs, first)));
    const target = body.int(at(p.packed, mul(first, p.filterHeight, p.filterWidth, p.inputs)));
    body.range(0, p.filterHeight, (row) => {
      body.range(0, p.filterWidth, (column) => {
        const from = add(mul(row, p.rowStride), mul(column, p.columnStride), mul(first, p.outputStride));
        const source = body.int(add(p.weights, from));
        body.when(equal(count, block), () => {
          body.repeat(p.inputs, () => {
            const weight = body.local(source);
            for (let i = 0; i < block; i++) {
              body.storeInt(target, loadInt(weight), size * i);
              body.increase(weight, p.outputStride);
            }
            body.increase(target, block * size);
            body.increase(source, p.inputStride);
          });
        });
        body.when(less(count, block), () => {
          body.repeat(p.inputs, () => {
            const weight = body.local(source);
            body.clear(target, block * size);
            body.repeat(count, () => {
              body.storeInt(target, loadInt(weight));
              body.increase(weight, p.outputStride);
              body.increase(target, size);
            });
            body.increase(target, mul(size, sub(block, count)));
            body.increase(source, p.inputStride);
          });
        });
      });
    });
  },
);

/**
 * One block of output channels at all positions of a table.
 * @param runs the filter is gone through in `runs` runs of `length` floats for each of its rows
 */
const convolveBlock = define(
  "convolveBlock",
  [
    ...["table", "tiles", "weights", "bias", "rows", "runs", "length", "rowSkip", "runSkip"],
    ...["low", "high", "offset", "width", "spare", "onto"],
  ] as const,
  (body, p) => {
    const [low, high] = [p.low, p.high].map((bits) => body.local(four.spread(floatOf(bits))));
    const bias = [0, 1].map((half) => body.local(four.load(p.bias, 16 * half)));
    body.repeat(p.tiles, () => {
      const inputs = Array.from({ length: positions }, (_, i) => body.local(loadInt(p.table, entry * i)));
      const weights = body.local(p.weights);
      const sums = inputs.map(() => bias.map((half) => body.local(half)));
      body.when(p.onto, () => {
        sums.forEach((halves, i) => {
          const begun = body.int(add(loadInt(p.table, entry * i + size), p.offset, p.onto));
          body.when(less(p.width, block), () => {
            body.copy(p.spare, begun, mul(size, p.width));
            body.set(begun, p.spare);
          });
          halves.forEach((sum, half) => {
            body.set(sum, four.load(begun, 16 * half));
          });
        });
      });
      body.repeat(p.rows, () => {
        body.repeat(p.runs, () => {
          body.repeat(p.length, () => {
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
          for (const input of inputs) body.increase(input, p.runSkip);
        });
        for (const input of inputs) body.increase(input, p.rowSkip);
      });
      sums.forEach((halves, i) => {
        const output = body.int(add(loadInt(p.table, entry * i + size), p.offset));
        const whole = body.int(equal(p.width, block));
        const target = body.int(p.spare);
        body.when(whole, () => body.set(target, output));
        halves.forEach((sum, half) => {
          const clamped = four.min(four.max(sum, low as typeof sum), high as typeof sum);
          body.run(four.store(target, clamped, 16 * half));
        });
        body.when(equal(whole, 0), () => body.copy(output, p.spare, mul(size, p.width)));
      });
      body.increase(p.table, entry * positions);
    });
  },
);

const parameters = [
  ...["x", "packed", "bias", "y", "low", "high", "images", "height", "width", "channels"],
  ...["outHeight", "outWidth", "outChannels", "filterHeight", "filterWidth", "strideHeight", "strideWidth"],
  ...["dilationHeight", "dilationWidth", "top", "left", "imageStride", "rowStride", "columnStride"],
  ...["onto", "margin", "imagesPerItem", "rowsPerItem", "scratch", "scratchSize", "item", "thread"],
] as const;

type Parameters = Readonly<Record<(typeof parameters)[number], Local<"i32">>>;

/**
 * A convolution of NHWC tensors, with a bias for each output channel and clamped to `[low, high]` (floats' bits).
 *
 * Output position (i, j) meets the input at (i * strideHeight - top, j * strideWidth - left), which may lie outside
 * where `margin` is 1. Outputs are written at strides of their own, in bytes, so that several calls may fill one
 * tensor. Where `onto` is not 0, sums that lie so many bytes behind the outputs take the bias's place. An item is some rows of one image, or some whole images. Each thread has `scratchSize` bytes of scratch,
 * see `scratchFor`.
 */
export const convolve = define("convolve", parameters, (body, p) => {
  const rowItems = body.int(divUp(p.outHeight, p.rowsPerItem));
  const images = part(body, div(p.item, rowItems), p.imagesPerItem, p.images);
  const rows = part(body, rem(p.item, rowItems), p.rowsPerItem, p.outHeight);
  const spare = body.int(add(p.scratch, mul(p.thread, p.scratchSize)));
  const table = body.int(add(spare, block * size));

  const input = inputOf(body, p, images, rows, table);
  const count = writeTable(body, p, images, rows, table, input);

  // Where a filter's columns are neighbours in memory, a whole row of it is one run.
  const runs = body.int(p.filterWidth);
  const length = body.int(p.channels);
  body.when(equal(p.dilationWidth, 1), () => {
    body.set(runs, int(1));
    body.set(length, mul(p.filterWidth, p.channels));
  });
  const runSkip = body.int(mul(size, sub(p.dilationWidth, 1), p.channels));
  const walked = mul(size, p.filterWidth, p.dilationWidth, p.channels);
  const rowSkip = body.int(sub(mul(p.dilationHeight, input.rowStride), walked));
  const blockSize = body.int(mul(block * size, p.filterHeight, p.filterWidth, p.channels));

  body.range(0, divUp(p.outChannels, block), (index) => {
    const first = body.int(mul(index, block));
    body.call(convolveBlock, {
      ...{ table, runs, length, rowSkip, runSkip, spare },
      ...{ low: p.low, high: p.high, onto: p.onto, rows: p.filterHeight },
      tiles: divUp(count, positions),
      weights: add(p.packed, mul(index, blockSize)),
      bias: at(p.bias, first),
      offset: mul(size, first),
      width: min(block, sub(p.outChannels, first)),
    });
  });
});

interface Range {
  readonly from: I32;
  readonly to: I32;
}

/** The input of an item: where its first position's window begins, and its strides in bytes. */
interface Input {
  readonly start: Local<"i32">;
  readonly imageStride: Local<"i32">;
  readonly rowStride: Local<"i32">;
}

/** The input as it lies, or a copy with a margin of zeros behind the table. */
function inputOf(body: Body, p: Parameters, images: Range, rows: Range, table: I32): Input {
  const firstRow = body.int(sub(mul(rows.from, p.strideHeight), p.top));
  const rowStride = body.int(mul(size, p.width, p.channels));
  const imageStride = body.int(mul(rowStride, p.height));
  const firstImage = add(p.x, mul(images.from, imageStride));
  const start = body.int(sub(add(firstImage, mul(firstRow, rowStride)), mul(size, p.left, p.channels)));
  body.when(p.margin, () => {
    const reach = (outputs: Int, stride: Int, taps: Int, dilation: Int) =>
      body.int(add(mul(sub(outputs, 1), stride), mul(sub(taps, 1), dilation), 1));
    const height = reach(sub(rows.to, rows.from), p.strideHeight, p.filterHeight, p.dilationHeight);
    const width = reach(p.outWidth, p.strideWidth, p.filterWidth, p.dilationWidth);
    const copyRow = body.int(mul(size, width, p.channels));
    const copyImage = body.int(mul(copyRow, height));
    const copy = body.int(
      add(table, mul(entry, add(positions, mul(sub(images.to, images.from), sub(rows.to, rows.from), p.outWidth)))),
    );
    body.clear(copy, mul(sub(images.to, images.from), copyImage));
    const fromColumn = body.int(max(0, p.left));
    const toColumn = body.int(min(width, add(p.width, p.left)));
    body.when(less(fromColumn, toColumn), () => {
      body.range(images.from, images.to, (image) => {
        body.range(max(0, sub(0, firstRow)), min(height, sub(p.height, firstRow)), (row) => {
          const to = add(
            copy,
            mul(sub(image, images.from), copyImage),
            mul(row, copyRow),
            mul(size, p.channels, fromColumn),
          );
          const from = add(
            p.x,
            mul(image, imageStride),
            mul(add(firstRow, row), rowStride),
            mul(size, p.channels, sub(fromColumn, p.left)),
          );
          body.copy(to, from, mul(size, p.channels, sub(toColumn, fromColumn)));
        });
      });
    });
    body.set(start, copy);
    body.set(rowStride, copyRow);
    body.set(imageStride, copyImage);
  });
  return { start, imageStride, rowStride };
}

/**
 * Writes the item's positions to the table, and the last one again as often as a tile may need.
 * @returns how many positions there are
 */
function writeTable(body: Body, p: Parameters, images: Range, rows: Range, table: I32, input: Input): Local<"i32"> {
  const next = body.local(table);
  const step = body.int(mul(size, p.strideWidth, p.channels));
  const [x, y] = [body.int(0), body.int(0)];
  body.range(images.from, images.to, (image) => {
    body.range(rows.from, rows.to, (row) => {
      const xImage = mul(sub(image, images.from), input.imageStride);
      body.set(x, add(input.start, xImage, mul(sub(row, rows.from), p.strideHeight, input.rowStride)));
      body.set(y, add(p.y, mul(image, p.imageStride), mul(row, p.rowStride)));
      body.repeat(p.outWidth, () => {
        body.storeInt(next, x);
        body.storeInt(next, y, size);
        body.increase(next, entry);
        body.increase(x, step);
        body.increase(y, p.columnStride);
      });
    });
  });
  const count = body.int(div(sub(next, table), entry));
  body.repeat(positions - 1, () => {
    body.copy(next, sub(next, entry), entry);
    body.increase(next, entry);
  });
  return count;
}

/** Bytes of scratch that a thread needs for an item: one tile, the table, and the copy with its margin. */
export function scratchFor(itemPositions: number, copiedFloats: number): number {
  return block * size + entry * (itemPositions + positions) + size * copiedFloats;
}
