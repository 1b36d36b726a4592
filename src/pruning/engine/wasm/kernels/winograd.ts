import { bitsOf, type Native } from "../native.ts";
import { block } from "../simd/convolution.ts";
import { size } from "../simd/loops.ts";
import { places, restoreWeights, transformWeights } from "../simd/winograd.ts";
import { tilesAbreast, winogradConvolve, winogradScratch } from "../simd/winogradConvolution.ts";
import { gradientScratch, winogradFilterGradient } from "../simd/winogradFilterGradient.ts";
import type { Finish, Target } from "./convolve.ts";
import type { Geometry } from "./geometry.ts";
import { addShares } from "./shares.ts";

// Which convolutions Winograd's method suits, and how its work is cut into items.

/** Channels on either side below which transforms take longer than the products they save. */
const fewChannels = 16;

/** Whether there is less to do by Winograd's method: tiles that hang over the edge of an image are work for nothing. */
export function suitsWinograd(g: Geometry): boolean {
  const isPlain = [g.strideHeight, g.strideWidth, g.dilationHeight, g.dilationWidth].every((each) => each === 1);
  if (!isPlain || g.filterHeight !== 3 || g.filterWidth !== 3) return false;
  if (Math.min(g.channels, g.outChannels) < fewChannels) return false;
  const { tiles } = tilesOf(g);
  return 16 * tiles < 0.75 * 9 * g.images * g.outHeight * g.outWidth;
}

function tilesOf(g: Geometry) {
  const [tilesDown, tilesAcross] = [Math.ceil(g.outHeight / 2), Math.ceil(g.outWidth / 2)];
  return { tiles: g.images * tilesDown * tilesAcross, tilesDown, tilesAcross };
}

/** Tiles whose transforms stay in a core's own cache together. */
const fewTiles = 64;

/** Items for each thread, so that none waits long for another. */
const itemsPerThread = 4;

/**
 * Convolves a tensor at address `x`.
 * @param packed address of the weights as `pack` leaves them, behind each other with the bias
 */
export function convolveByWinograd(
  native: Native,
  { x, packed, bias }: { readonly x: number; readonly packed: number; readonly bias: number },
  geometry: Geometry,
  target: Target,
  { low, high }: Required<Pick<Finish, "low" | "high">>,
): void {
  const { channels, outChannels } = geometry;
  const blocks = Math.ceil(outChannels / block);
  const tiles = tilesOf(geometry);
  const shared = tiles.tiles / (itemsPerThread * native.threads);
  const tilesPerItem = tilesAbreast * Math.ceil(Math.min(fewTiles, shared) / tilesAbreast);
  const scratchSize = aligned(winogradScratch(tilesPerItem, channels, outChannels));
  const weightSize = size * places * channels * block * blocks;
  native.withScratch(weightSize + native.threads * scratchSize, (weights) => {
    native.run(transformWeights, blocks, { packed, transformed: weights, inputs: channels });
    native.run(winogradConvolve, Math.ceil(tiles.tiles / tilesPerItem), {
      ...geometry,
      ...target,
      ...tiles,
      ...{ x, weights, bias, tilesPerItem, scratchSize, scratch: weights + weightSize },
      ...{ low: bitsOf(low), high: bitsOf(high) },
    });
  });
}

/** Shares of the work of a gradient: no more than these floats of sums, nor than occupy any number of threads. */
const mostSums = 2 ** 24;
const enoughShares = 16;

/** Tiles below which a share of its own is not worth adding up its sums. */
const tilesOfShare = 256;

/** Floats that one item takes back from the transform. */
const restoredPerItem = 2 ** 12;

/** The gradient of a convolution's filter, all operands by address. Adds in the same order on any number of threads. */
export function filterGradientByWinograd(
  native: Native,
  { x, dy, filter }: { readonly x: number; readonly dy: number; readonly filter: number },
  geometry: Geometry,
): void {
  const { channels, outChannels } = geometry;
  const tiles = tilesOf(geometry);
  const count = channels * outChannels;
  const most = Math.min(enoughShares, mostSums / (places * count), tiles.tiles / tilesOfShare);
  const tilesPerItem = Math.ceil(tiles.tiles / Math.max(1, Math.floor(most)));
  const shares = Math.ceil(tiles.tiles / tilesPerItem);
  const tilesAtOnce = Math.min(fewTiles, tilesPerItem);
  const scratchSize = aligned(gradientScratch(tilesAtOnce, channels, outChannels));
  const sumSize = size * places * count;
  native.withScratch(sumSize + native.threads * scratchSize, (whole) => {
    addShares(native, whole, places * count, shares, (sums) => {
      native.run(winogradFilterGradient, shares, {
        ...geometry,
        ...tiles,
        ...{ x, dy, sums, tilesPerItem, tilesAtOnce, scratchSize, scratch: whole + sumSize },
      });
    });
    const operands = { sums: whole, weights: filter, count, share: restoredPerItem };
    native.run(restoreWeights, Math.ceil(count / restoredPerItem), operands);
  });
}

/** Rounded up to whole lines of the cache, so that threads do not share one. */
function aligned(bytes: number): number {
  return 64 * Math.ceil(bytes / 64);
}
