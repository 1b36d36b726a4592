import { define } from "../code/functions.ts";
import { add, loadInt, mul, sub } from "../code/values.ts";
import { convolve } from "./convolution.ts";
import { size } from "./loops.ts";

/** What `convolveEach` reads of each image: addresses of the input, of the packed weights and of the sums. */
export const addressesOfImage = 3;

/**
 * Convolutions of single images as `convolve` does them, each by weights of its own onto sums of its own: the outputs
 * begin with the sums. An item is an image, whose addresses stand in the table.
 */
export const convolveEach = define(
  "convolveEach",
  [
    ...["table", "y", "low", "high", "height", "width", "channels"],
    ...["outHeight", "outWidth", "outChannels", "filterHeight", "filterWidth", "strideHeight", "strideWidth"],
    ...["dilationHeight", "dilationWidth", "top", "left", "imageStride", "rowStride", "columnStride"],
    ...["margin", "scratch", "scratchSize", "item", "thread"],
  ] as const,
  (body, p) => {
    const own = body.int(add(p.table, mul(p.item, addressesOfImage * size)));
    const packed = body.int(loadInt(own, size));
    const y = body.int(add(p.y, mul(p.item, p.imageStride)));
    body.call(convolve, {
      ...p,
      ...{ x: loadInt(own), packed, y, onto: sub(loadInt(own, 2 * size), y) },
      // Nothing is made of it, but it is read.
      bias: packed,
      ...{ images: 1, imagesPerItem: 1, rowsPerItem: p.outHeight, item: 0 },
    });
  },
);
