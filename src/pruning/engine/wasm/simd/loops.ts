import type { Body, Local } from "../code/functions.ts";
import { four, type Lanes, one } from "../code/lanes.ts";
import { add, div, divUp, type I32, type Int, max, min, mul, rem, sub, type Type } from "../code/values.ts";

/** Bytes of a float. */
export const size = 4;

/** The address of the float so many floats behind another. */
export function at(base: Int, floats: Int): I32 {
  return add(base, mul(size, floats));
}

/**
 * Goes through `count` floats, four at a time and the rest one at a time.
 * @param round gets the lanes to compute with, and the distance in bytes from the first float
 */
export function eachLane(
  body: Body,
  count: Int,
  round: <T extends Type, M extends Type>(lanes: Lanes<T, M>, offset: Local<"i32">) => void,
): void {
  const offset = body.int(0);
  body.repeat(div(count, four.width), () => {
    round(four, offset);
    body.increase(offset, four.width * size);
  });
  body.repeat(rem(count, four.width), () => {
    round(one, offset);
    body.increase(offset, size);
  });
}

/** The part of `total` that is an item's: `[from, to)`, of `share` each, the last one perhaps less. */
export function part(body: Body, item: Int, share: Int, total: Int): { from: Local<"i32">; to: Local<"i32"> } {
  const from = body.int(mul(item, share));
  return { from, to: body.int(min(add(from, share), total)) };
}

/** Where a convolution's or a window's tap falls on the input: output position `o` meets `o * stride + offset`. */
export interface Meeting {
  readonly offset: Local<"i32">;
  /** First output position that meets the input rather than its padding. */
  readonly first: Local<"i32">;
  /** How many do. May be negative. */
  readonly count: Local<"i32">;
}

/**
 * @param tap the tap's place along the axis
 * @param within output positions asked about, `[from, to)`
 */
export function meeting(
  body: Body,
  tap: Int,
  axis: { readonly dilation: Int; readonly before: Int; readonly stride: Int; readonly input: Int },
  within: { readonly from: Int; readonly to: Int },
): Meeting {
  const offset = body.int(sub(mul(tap, axis.dilation), axis.before));
  const first = body.int(max(within.from, divUp(max(0, sub(0, offset)), axis.stride)));
  const end = min(within.to, divUp(max(0, sub(axis.input, offset)), axis.stride));
  return { offset, first, count: body.int(sub(end, first)) };
}
