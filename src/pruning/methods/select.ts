import type { Mask } from "../model/zero.ts";

/** Magnitudes are non-negative floats, whose order is that of their bits: 31 of them, here in two digits. */
const lowBits = 16;
const lowMask = (1 << lowBits) - 1;
const highBins = 1 << (31 - lowBits);

/**
 * Selects exactly `count` of the smallest scores among all arrays together. Equal scores are taken in order of
 * position, so that ties neither overshoot nor depend on anything but the data. Two passes of a radix select:
 * linear, and no memory beyond the masks.
 * @param scores non-negative; NaN counts as larger than all
 * @param count 0 to the total length
 * @returns one mask per array, 1 = selected
 */
export function selectSmallest(scores: readonly Float32Array[], count: number): Mask[] {
  const bits = scores.map((array) => new Uint32Array(array.buffer, array.byteOffset, array.length));
  const high = digitOfRank(bits, count, highBins, (value) => value >>> lowBits);
  const low = digitOfRank(bits, high.left, lowMask + 1, (value) =>
    value >>> lowBits === high.digit ? value & lowMask : -1,
  );
  const threshold = high.digit * (lowMask + 1) + low.digit;
  let ties = low.left;
  return bits.map((array) => {
    const mask = new Uint8Array(array.length);
    for (let i = 0; i < array.length; i++) {
      const value = array[i] as number;
      if (value < threshold || (value === threshold && ties-- > 0)) mask[i] = 1;
    }
    return mask;
  });
}

/** The digit of the element that the first `count` end before, and how many of that digit still belong to them. */
function digitOfRank(
  arrays: readonly Uint32Array[],
  count: number,
  bins: number,
  digitOf: (value: number) => number,
): { digit: number; left: number } {
  const histogram = new Float64Array(bins);
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) {
      const digit = digitOf(array[i] as number);
      if (digit >= 0) histogram[digit] = (histogram[digit] as number) + 1;
    }
  }
  let left = count;
  for (let digit = 0; digit < bins; digit++) {
    const here = histogram[digit] as number;
    if (left < here) return { digit, left };
    left -= here;
  }
  return { digit: bins, left };
}

/** Selects the scores below a threshold. */
export function selectBelow(scores: Float32Array, threshold: number): Mask {
  const mask = new Uint8Array(scores.length);
  for (let i = 0; i < scores.length; i++) if ((scores[i] as number) < threshold) mask[i] = 1;
  return mask;
}

/** Number of selected elements. */
export function countSelected(mask: Mask): number {
  let total = 0;
  for (let i = 0; i < mask.length; i++) total += mask[i] as number;
  return total;
}
