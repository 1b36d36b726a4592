import type { ImageSize } from "../dataset.ts";
import type { DecodedImage } from "./decode.ts";

/** Brightness of red, green and blue as grey (ITU-R BT.601), as PIL and Keras weigh them. */
const luma = [0.299, 0.587, 0.114] as const;

/**
 * An image in the size and channels that a model takes: grey for one channel, else red, green, blue; alpha is left
 * out. It is stretched to the size, as by Keras' `image_dataset_from_directory`, bilinearly; where it shrinks, over
 * all the pixels that fall into one (PIL's antialiased BILINEAR). What has the size already keeps its bytes.
 * @returns `height × width × channels`, 0 to 255
 */
export function fitImage({ rgba, ...from }: DecodedImage, to: ImageSize): Uint8Array {
  const values = withChannels(rgba, to.channels);
  const across = from.width === to.width ? values : resizeRows(values, from.height, from.width, to.width, to.channels);
  // A column is a row of pixels that are a whole row wide.
  const resized =
    from.height === to.height ? across : resizeRows(across, 1, from.height, to.height, to.width * to.channels);
  return Uint8Array.from(resized, Math.round);
}

function withChannels(rgba: Uint8Array, channels: number): Float32Array {
  const values = new Float32Array((rgba.length / 4) * channels);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += channels) {
    const red = rgba[from] as number;
    const green = rgba[from + 1] as number;
    const blue = rgba[from + 2] as number;
    if (channels === 1) {
      values[to] = luma[0] * red + luma[1] * green + luma[2] * blue;
    } else {
      values[to] = red;
      values[to + 1] = green;
      values[to + 2] = blue;
    }
  }
  return values;
}

/** Resizes each of `rows` rows of `from` pixels to `to` pixels; a pixel is `depth` numbers. */
function resizeRows(values: Float32Array, rows: number, from: number, to: number, depth: number): Float32Array {
  const resized = new Float32Array(rows * to * depth);
  const taps = tapsFor(from, to);
  for (let row = 0; row < rows; row++) {
    for (let pixel = 0; pixel < to; pixel++) {
      const { first, weights } = taps[pixel] as Taps;
      const target = (row * to + pixel) * depth;
      for (let tap = 0; tap < weights.length; tap++) {
        const weight = weights[tap] as number;
        const source = (row * from + first + tap) * depth;
        for (let i = 0; i < depth; i++) {
          resized[target + i] = (resized[target + i] as number) + weight * (values[source + i] as number);
        }
      }
    }
  }
  return resized;
}

/** Which pixels one of the new ones is made of: those from `first` on, with weights that sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** A triangle around each new pixel's centre, as wide as two old pixels or, where it shrinks, two new ones. */
function tapsFor(from: number, to: number): Taps[] {
  const ratio = from / to;
  const reach = Math.max(1, ratio);
  return Array.from({ length: to }, (_, pixel) => {
    const centre = (pixel + 0.5) * ratio;
    const first = Math.max(0, Math.floor(centre - reach));
    const end = Math.min(from, Math.ceil(centre + reach));
    const raw = Float64Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / reach),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
