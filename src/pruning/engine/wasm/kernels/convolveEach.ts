import * as tf from "@tensorflow/tfjs-core";
import {
  ConvolveEach,
  type ConvolveEachAttributes,
  type ConvolveEachInputs,
  filterBlock,
} from "../../kernels/convolveEach.ts";
import type { Repairs } from "../../repairs.ts";
import { bitsOf, type Native } from "../native.ts";
import { addressesOfImage, convolveEach } from "../simd/convolutionEach.ts";
import { size } from "../simd/loops.ts";
import { bounds, wholeOf } from "./convolution.ts";
import { type Finish, marginOf } from "./convolve.ts";
import { type Geometry, geometryOf, outputShape } from "./geometry.ts";

/** `ConvolveEach`, where an item is an image. */
export function convolveEachKernels(native: Native): Repairs {
  const convolved = (
    inputs: ConvolveEachInputs,
    geometry: Geometry,
    picks: Picks,
    { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }: Finish = {},
  ) => {
    const y = native.output(outputShape(geometry));
    const share = marginOf(geometry, 1, geometry.outHeight);
    const tableSize = 64 * Math.ceil((size * addressesOfImage * geometry.images) / 64);
    native.withScratch(tableSize + native.threads * share.scratchSize, (table) => {
      writeTable(native, table, inputs, geometry, picks);
      native.run(convolveEach, geometry.images, {
        ...geometry,
        ...wholeOf(native.addressOf(y), geometry),
        ...share,
        ...{ table, scratch: table + tableSize },
        ...{ low: bitsOf(low), high: bitsOf(high) },
      });
    });
    return y;
  };

  return {
    [ConvolveEach]: () => (args) => {
      const inputs = args.inputs as unknown as ConvolveEachInputs;
      const attributes = args.attrs as unknown as ConvolveEachAttributes;
      const { picks, imageShape, filterShape, activation } = attributes;
      const images = picks.reduce((sum, { rows }) => sum + rows.length, 0);
      const geometry = geometryOf([images, ...imageShape], filterShape, attributes);
      const bound = bounds[activation];
      const y = convolved(inputs, geometry, picks, bound);
      return bound
        ? y
        : tf.tidy(() => tf.backend_util.applyActivation(tf.engine().makeTensorFromTensorInfo(y), activation));
    },
  };
}

type Picks = ConvolveEachAttributes["picks"];

/** Writes down where each image, its filter and its sums lie. */
function writeTable(
  native: Native,
  table: number,
  { x, filters, sums }: ConvolveEachInputs,
  g: Geometry,
  picks: Picks,
): void {
  const [firstImage, firstFilter, firstSum] = [x, filters, sums].map((tensor) => native.addressOf(tensor));
  const imageSize = size * g.height * g.width * g.channels;
  const blocks = Math.ceil(g.outChannels / filterBlock);
  const filterSize = size * blocks * filterBlock * g.filterHeight * g.filterWidth * g.channels;
  const sumSize = size * g.outHeight * g.outWidth * g.outChannels;
  const of = sums.shape[0] as number;
  const addresses = native.intsAt(table, addressesOfImage * g.images);
  let next = 0;
  for (const { entry, rows } of picks) {
    for (const row of rows) {
      addresses[next++] = (firstImage as number) + imageSize * (entry * of + row);
      addresses[next++] = (firstFilter as number) + filterSize * entry;
      addresses[next++] = (firstSum as number) + sumSize * row;
    }
  }
}
