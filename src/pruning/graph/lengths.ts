import type { Shape } from "./network.ts";

/** The length of one axis; null when it is only known as the model runs. */
export type Length = Shape[number];

/** What a window does at the ends of an axis; a pair says how much is added before and after. */
export type Padding = "same" | "valid" | readonly [before: number, after: number];

/** The product of some lengths: null if one is unknown, unless another is 0; 1 for none. */
export function product(lengths: readonly Length[]): Length {
  if (lengths.includes(0)) return 0;
  return lengths.reduce((total, length) => (total === null || length === null ? null : total * length), 1 as Length);
}

/** The sum of some lengths: null if one is unknown. */
export function sum(lengths: readonly Length[]): Length {
  return lengths.reduce((total, length) => (total === null || length === null ? null : total + length), 0 as Length);
}

/** `f` of a length that may be unknown. */
export function mapLength(length: Length, f: (known: number) => number): Length {
  return length === null ? null : f(length);
}

/**
 * How many positions a sliding window takes on an axis.
 * Source: tfjs-core/src/ops/conv_util.ts, `computeOutputShape2D` and `getPadAndOutInfo`.
 */
export function windowCount(
  length: Length,
  window: number,
  stride: number,
  dilation: number,
  padding: Padding,
): Length {
  if (length === null) return null;
  if (padding === "same") return Math.ceil(length / stride);
  const reach = (window - 1) * dilation + 1;
  const padded = padding === "valid" ? length : length + padding[0] + padding[1];
  return Math.floor((padded - reach) / stride) + 1;
}

/** An axis counted from the front, whether it was given from the front or, negative, from the back. */
export function axisFromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
