import type { ChannelIds, Channels, Removal } from "../graph/channels/channels.ts";
import type { Silence } from "../graph/channels/silence.ts";
import { type Model, sizeOf, type Weight } from "../model/model.ts";
import { exactValues } from "../model/zero.ts";

/**
 * The channels that weights read and multiply with nothing but zeros, as masking leaves them: nothing changes when
 * they go.
 * @param silence what else multiplies to nothing, for it is zero whatever the input
 */
export function unreadChannels(model: Model, channels: Channels, silence: Silence = new Map()): Removal {
  const read = new Uint8Array(channels.count);
  const multiplied = new Uint8Array(channels.count);
  for (const [name, axes] of channels.weights) {
    for (const [axis, counted] of axes.entries()) {
      if (counted?.use !== "reads") continue;
      for (const channel of counted.channels) read[channel] = 1;
      markNonZero(model.weights.get(name) as Weight, axis, counted.channels, silence.get(name), multiplied);
    }
  }
  return read.map((isRead, channel) => Number(isRead === 1 && multiplied[channel] === 0));
}

function markNonZero(
  weight: Weight,
  axis: number,
  channels: ChannelIds,
  silent: Uint8Array | undefined,
  multiplied: Uint8Array,
): void {
  const values = exactValues(weight);
  const inner = sizeOf(weight.shape.slice(axis + 1));
  for (let from = 0, index = 0; from < values.length; from += inner, index++) {
    const channel = channels[index % channels.length] as number;
    if (silent?.[index % channels.length] === 1) continue;
    // A slice of a trained model ends at its first element, that of a masked one at its last.
    for (let i = from; multiplied[channel] === 0 && i < from + inner; i++) {
      if (values[i] !== 0) multiplied[channel] = 1;
    }
  }
}
