import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { ImageSize } from "../data/dataset.ts";
import type { randomAt } from "./order.ts";

/** What may be done to an image without changing what it shows. */
export interface Augmentation {
  /** Mirror half of the images left to right: not for digits or text. */
  readonly flip: boolean;
  /** Shift by up to so many pixels each way; what comes in is black. 0 for none. */
  readonly shift: number;
}

/**
 * Copies one NHWC image, mirrored and shifted at random, as flip and crop with padding do (He et al. 2016).
 * @param from bytes of the image
 * @param to as long; overwritten
 */
export function augment(
  from: Uint8Array,
  to: Uint8Array,
  { height, width, channels }: ImageSize,
  { flip, shift }: Augmentation,
  random: ReturnType<typeof randomAt>,
): void {
  const mirrored = flip && uniformInt(random, 0, 1) === 1;
  const down = shift > 0 ? uniformInt(random, -shift, shift) : 0;
  const right = shift > 0 ? uniformInt(random, -shift, shift) : 0;
  if (!mirrored && down === 0 && right === 0) {
    to.set(from);
    return;
  }
  to.fill(0);
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
      const column = mirrored ? width - 1 - (x - right) : x - right;
      const source = ((y - down) * width + column) * channels;
      const target = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) to[target + c] = from[source + c] as number;
    }
  }
}
