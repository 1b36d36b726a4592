import type { Mask } from "../model/zero.ts";

/** The order of magnitudes is that of a float's bits without the sign: 31 of them, here in two digits. */
const unsigned = 0x7fffffff;
const lowBits = 16;
const lowBins = 1 << lowBits;
const highBins = 1 << (31 - lowBits);
const highDigit = (bits: number): number => (bits & unsigned) >>> lowBits;
const lowDigit = (bits: number): number => bits & (lowBins - 1);

// The loops below run over every weight of a model. They compute 0 or 1 where a branch would read more plainly:
// which weights go is as good as random, and a branch guessed wrong half of the time takes four times as long.

/**
 * Selects exactly `count` of the smallest magnitudes among all arrays together. Equal ones are taken in order of
 * position, so that ties neither overshoot nor depend on anything but the data. A radix select: the high digits
 * decide about nearly all elements, the low ones about the rest. Linear.
 * @param values their signs are left out; NaN counts as larger than all
 * @param count 0 to the total length
 * @returns one mask per array, 1 = selected
 */
export function selectSmallest(values: readonly Float32Array[], count: number): Mask[] {
  const arrays = values.map((array) => new Int32Array(array.buffer, array.byteOffset, array.length));
  const histogram = highHistogram(arrays);
  const high = digitOfRank(histogram, count);
  const undecided = new Uint32Array(histogram[high.digit] ?? 0);
  let found = 0;
  const parts = arrays.map((bits) => {
    const mask = new Uint8Array(bits.length);
    const from = found;
    for (let i = 0; i < bits.length; i++) {
      const digit = highDigit(bits[i] as number);
      mask[i] = Number(digit < high.digit);
      if (digit === high.digit) undecided[found++] = i;
    }
    return { bits, mask, undecided: undecided.subarray(from, found) };
  });
  decide(parts, high.left);
  return parts.map(({ mask }) => mask);
}

/** What one array's high digits have decided, and the positions they have not. */
interface Part {
  readonly bits: Int32Array;
  readonly mask: Mask;
  readonly undecided: Uint32Array;
}

/** Selects `count` among the undecided elements, whose high digits are all the same. */
function decide(parts: readonly Part[], count: number): void {
  const histogram = new Int32Array(lowBins);
  for (const { bits, undecided } of parts) {
    for (const i of undecided) {
      const digit = lowDigit(bits[i] as number);
      (histogram[digit] as number)++;
    }
  }
  const { digit: threshold, left } = digitOfRank(histogram, count);
  let ties = left;
  for (const { bits, mask, undecided } of parts) {
    for (const i of undecided) {
      const digit = lowDigit(bits[i] as number);
      mask[i] = Number(digit < threshold || (digit === threshold && ties-- > 0));
    }
  }
}

/** How many elements have each high digit. */
function highHistogram(arrays: readonly Int32Array[]): Int32Array {
  const histogram = new Int32Array(highBins);
  for (const bits of arrays) {
    for (let i = 0; i < bits.length; i++) {
      const digit = highDigit(bits[i] as number);
      (histogram[digit] as number)++;
    }
  }
  return histogram;
}

/** The digit of the element that the first `count` end before, and how many of that digit still belong to them. */
function digitOfRank(histogram: Int32Array, count: number): { digit: number; left: number } {
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
