import type { Subject } from "../../criteria/views.ts";
import type { ChannelIds } from "../../graph/channels/channels.ts";
import { sizeOf, type Weight } from "../../model/model.ts";
import { exactValues } from "../../model/zero.ts";

/** A weight that reads channels: multiplies them, and sums. */
export interface Reading {
  readonly weight: Weight;
  /** Row-major, of the weight's shape. Read only. */
  readonly values: Float32Array;
  /** The axis that counts what is read. */
  readonly axis: number;
  /** The channel of each index along it. */
  readonly channels: ChannelIds;
  /** Elements from one index along the axis to the next. */
  readonly stride: number;
}

/** All weights of a model that read channels, in the order of its weights. */
export function readingsOf({ model, channels }: Subject): Reading[] {
  return [...model.weights.values()].flatMap((weight): Reading[] => {
    const axes = channels.weights.get(weight.name) ?? [];
    const axis = axes.findIndex((each) => each?.use === "reads");
    const read = axes[axis];
    if (!read) return [];
    const stride = sizeOf(weight.shape.slice(axis + 1));
    return [{ weight, values: exactValues(weight), axis, channels: read.channels, stride }];
  });
}

/** Calls `visit` for each element of a weight, with the channel that it reads. */
export function forEachRead(
  { values, channels, stride }: Reading,
  visit: (channel: number, element: number) => void,
): void {
  for (let start = 0; start < values.length; ) {
    for (const channel of channels) {
      for (const end = start + stride; start < end; start++) visit(channel, start);
    }
  }
}
