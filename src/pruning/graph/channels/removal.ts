import type { Weight } from "../../model/model.ts";
import type { Mask } from "../../model/zero.ts";
import type { ChannelAxes, ChannelGroup, ChannelIds, Channels, Removal } from "./channels.ts";

/** How many of these channels stay. */
export function countKept(channels: ChannelIds, removal: Removal): number {
  return channels.reduce((count, channel) => count + 1 - (removal[channel] as number), 0);
}

/** Of all channels of a network, those of some groups that may be removed: 1 where one may. */
export function freeChannels(groups: readonly ChannelGroup[], count: number): Uint8Array {
  const free = new Uint8Array(count);
  for (const group of groups) for (const channel of group.free) free[channel] = 1;
  return free;
}

/** Why a removal cannot be done, as a clause: it takes a channel that is locked, or all there are. */
export function problemOf(channels: Channels, removal: Removal): string | undefined {
  if (removal.length !== channels.count) return `it counts ${removal.length} channels, and there are ${channels.count}`;
  for (const group of channels.groups) {
    const free = new Set(group.free);
    const held = group.channels.findIndex((channel) => removal[channel] === 1 && !free.has(channel));
    if (held !== -1) return `channel ${held} of "${group.name}" is locked`;
    if (group.widths.some((width) => countKept(width, removal) === 0))
      return `"${group.name}" would have no channel left`;
  }
  return undefined;
}

/** @throws Error: whoever chose the removal has not looked at the groups */
export function checkRemoval(channels: Channels, removal: Removal): void {
  const problem = problemOf(channels, removal);
  if (problem) throw new Error(`channels cannot be removed: ${problem}`);
}

/** Which elements of a weight belong to a removed channel along any of its axes. */
export function removedElements({ shape }: Weight, axes: ChannelAxes, removal: Removal): Mask {
  // From the last axis to the first: each index along an axis is either removed as a whole, or as what lies within.
  return shape.reduceRight<Mask>((within, length, axis) => {
    const channels = axes[axis]?.channels;
    const size = within.length;
    const mask = new Uint8Array(length * size);
    for (let i = 0; i < length; i++) {
      if (channels && removal[channels[i] as number] === 1) mask.fill(1, i * size, (i + 1) * size);
      else mask.set(within, i * size);
    }
    return mask;
  }, new Uint8Array(1));
}

/** A weight's shape without the removed channels. */
export function keptShape({ shape }: Weight, axes: ChannelAxes, removal: Removal): number[] {
  return shape.map((length, axis) => {
    const channels = axes[axis]?.channels;
    return channels ? countKept(channels, removal) : length;
  });
}
