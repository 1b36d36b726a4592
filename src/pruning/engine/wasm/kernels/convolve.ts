import { bitsOf, type Native } from "../native.ts";
import { block, convolve as convolveKernel, pack, scratchFor } from "../simd/convolution.ts";
import { size } from "../simd/loops.ts";
import type { Geometry } from "./geometry.ts";
import { convolveByWinograd, suitsWinograd } from "./winograd.ts";

/** Where the weights of a convolution lie; strides in bytes. */
export interface Weights {
  readonly weights: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly inputStride: number;
  readonly outputStride: number;
}

/** Where a convolution's results go; strides in bytes. */
export interface Target {
  readonly y: number;
  readonly imageStride: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** What happens to each output before it is stored. */
export interface Finish {
  /** Address of a float for each output channel, to be added. */
  readonly bias?: number | undefined;
  readonly low?: number;
  readonly high?: number;
}

/** Convolves a tensor at address `x` as the geometry says. */
export function convolve(
  native: Native,
  x: number,
  weights: Weights,
  geometry: Geometry,
  target: Target,
  { bias, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }: Finish = {},
): void {
  const { filterHeight, filterWidth, channels, outChannels } = geometry;
  const blocks = Math.ceil(outChannels / block);
  const taps = filterHeight * filterWidth * channels;
  const isWinograd = suitsWinograd(geometry);
  const share = sharesOf(geometry, native.threads);
  const biasSize = size * block * blocks;
  const packedSize = biasSize * taps;
  native.withScratch(packedSize + biasSize + (isWinograd ? 0 : native.threads * share.scratchSize), (packed) => {
    const biasCopy = packed + packedSize;
    native.run(pack, blocks, { ...weights, packed, filterHeight, filterWidth, inputs: channels, outputs: outChannels });
    if (bias === undefined) native.clear(biasCopy, biasSize);
    else native.run(pack, blocks, { ...vector, weights: bias, packed: biasCopy, outputs: outChannels });
    if (isWinograd) {
      convolveByWinograd(native, { x, packed, bias: biasCopy }, geometry, target, { low, high });
      return;
    }
    native.run(convolveKernel, share.items, {
      ...geometry,
      ...target,
      ...share,
      ...{ x, packed, bias: biasCopy, onto: 0, scratch: biasCopy + biasSize },
      ...{ low: bitsOf(low), high: bitsOf(high) },
    });
  });
}

/** A bias, seen as the weights of a filter of one row, column and input. */
const vector = {
  ...{ filterHeight: 1, filterWidth: 1, inputs: 1 },
  ...{ rowStride: 0, columnStride: 0, inputStride: 0, outputStride: size },
};

/** Bytes of input that an item should not exceed, so that it stays in a core's own cache. */
const cache = 2 ** 18;

/** Output positions that an item should have at least, so that its tiles are full. */
const fewPositions = 64;

/** Items for each thread, so that none waits long for another. */
const itemsPerThread = 4;

/** Cuts the work into items: whole images where they are small, else rows of one image. */
function sharesOf(g: Geometry, threads: number) {
  const rowsThatFit = Math.max(1, Math.floor(cache / (size * readBy(g).rowFloats * g.strideHeight)));
  const rowItems = Math.max(Math.ceil(g.outHeight / rowsThatFit), Math.ceil((threads * itemsPerThread) / g.images));
  const rowsPerItem = Math.max(1, Math.ceil(g.outHeight / Math.max(1, rowItems)));
  const whole = rowsPerItem >= g.outHeight;
  const imagesPerItem = whole ? Math.min(g.images, Math.ceil(fewPositions / (g.outHeight * g.outWidth))) : 1;
  return {
    imagesPerItem,
    rowsPerItem,
    items: Math.ceil(g.images / imagesPerItem) * Math.ceil(g.outHeight / rowsPerItem),
    ...marginOf(g, imagesPerItem, Math.min(rowsPerItem, g.outHeight)),
  };
}

/** What outputs read of the input, padding and all: rows, by the number of output rows, and columns. */
function readBy(g: Geometry) {
  const reach = (outputs: number, stride: number, taps: number, dilation: number) =>
    (outputs - 1) * stride + (taps - 1) * dilation + 1;
  const columns = reach(g.outWidth, g.strideWidth, g.filterWidth, g.dilationWidth);
  return {
    rows: (outputs: number) => reach(outputs, g.strideHeight, g.filterHeight, g.dilationHeight),
    columns,
    rowFloats: columns * g.channels,
  };
}

/** Whether outputs read over the input's border, as 1 or 0, and the bytes that a thread needs for some rows of some images. */
export function marginOf(g: Geometry, images: number, rows: number) {
  const read = readBy(g);
  const outside = (before: number, reads: number, input: number) => before > 0 || reads - before > input;
  const margin = outside(g.top, read.rows(g.outHeight), g.height) || outside(g.left, read.columns, g.width);
  const copied = margin ? images * read.rows(rows) * read.rowFloats : 0;
  return {
    margin: margin ? 1 : 0,
    scratchSize: Math.ceil(scratchFor(images * rows * g.outWidth, copied) / 64) * 64,
  };
}
