import type { Mask } from "../model/zero.ts";

/** The order of magnitudes is that of a float's bits without the sign: 31 of them, here in two digits. */
const lowBits = 16;
const lowMask = (1 << lowBits) - 1;
const highBins = 1 << (31 - lowBits);
const unsigned = 0x7fffffff;

// The loops below run over every weight of a model. They compute 0 or 1 where a branch would read more plainly:
// which weights go is as good as random, and a branch guessed wrong half of the time takes four times as long.

/**
 * Selects exactly `count` of the smallest magnitudes among all arrays together. Equal ones are taken in order of
 * position, so that ties neither overshoot nor depend on anything but the data. Two passes of a radix select:
 * linear, and no memory beyond the masks.
 * @param values their signs are left out; NaN counts as larger than all
 * @param count 0 to the total length
 * @returns one mask per array, 1 = selected
 */
export function selectSmallest(values: readonly Float32Array[], count: number): Mask[] {
  const bits = values.map((array) => new Int32Array(array.buffer, array.byteOffset, array.length));
  const high = digitOfRank(highDigits(bits), count);
  const low = digitOfRank(lowDigits(bits, high.digit), high.left);
  const threshold = high.digit * (lowMask + 1) + low.digit;
  let ties = low.left;
  return bits.map((array) => {
    const mask = new Uint8Array(array.length);
    for (let i = 0; i < array.length; i++) {
      const value = (array[i] as number) & unsigned;
      mask[i] = Number(value < threshold);
      if (value === threshold && ties-- > 0) mask[i] = 1;
    }
    return mask;
  });
}

/** How many elements have each high digit. */
function highDigits(arrays: readonly Int32Array[]): Uint32Array {
  const histogram = new Uint32Array(highBins);
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) {
      const digit = ((array[i] as number) & unsigned) >>> lowBits;
      histogram[digit] = (histogram[digit] as number) + 1;
    }
  }
  return histogram;
}

/** How many of the elements with that high digit have each low digit. */
function lowDigits(arrays: readonly Int32Array[], high: number): Uint32Array {
  const histogram = new Uint32Array(lowMask + 1);
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) {
      const value = (array[i] as number) & unsigned;
      if (value >>> lowBits !== high) continue;
      histogram[value & lowMask] = (histogram[value & lowMask] as number) + 1;
    }
  }
  return histogram;
}

/** The digit of the element that the first `count` end before, and how many of that digit still belong to them. */
function digitOfRank(histogram: Uint32Array, count: number): { digit: number; left: number } {
  let left = count;
  for (let digit = 0; digit < histogram.length; digit++) {
    const here = histogram[digit] as number;
    if (left < here) return { digit, left };
    left -= here;
  }
  return { digit: histogram.length, left };
}

/** Selects the values whose magnitude is below a threshold. */
export function selectBelow(values: Float32Array, threshold: number): Mask {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = Number(Math.abs(values[i] as number) < threshold);
  return mask;
}

/** Number of selected elements. */
export function countSelected(mask: Mask): number {
  let total = 0;
  for (let i = 0; i < mask.length; i++) total += mask[i] as number;
  return total;
}
