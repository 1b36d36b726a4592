import type { ChannelGroup, ChannelIds, Channels } from "../graph/channels/channels.ts";
import type { Layer, Network } from "../graph/network.ts";

/** Channels that count along one axis, and how many of them may go. */
export interface Width {
  readonly channels: ChannelIds;
  readonly spare: number;
}

/** How far layers may be narrowed. */
export interface WidthLimits {
  /** No width falls below this; at least 1. */
  readonly minWidth: number;
  /** Each layer keeps the rest of its filters: 0 to 1. */
  readonly maxShare: number;
}

/** The filters (units) of a layer, as channels: each once, ascending. */
export interface LayerFilters {
  readonly layer: Layer;
  readonly channels: ChannelIds;
}

/** The layers that make channels, in network order. */
export function layerFilters(network: Network, channels: Channels): LayerFilters[] {
  return network.layers.flatMap((layer) => {
    const made = new Set<number>();
    for (const { name } of layer.weights) {
      for (const axis of channels.weights.get(name) ?? []) {
        if (axis?.use === "makes") for (const channel of axis.channels) made.add(channel);
      }
    }
    return made.size > 0 ? [{ layer, channels: Int32Array.from(made).sort() }] : [];
  });
}

/**
 * What may go of every axis of some groups.
 * @param filters of the network's layers
 * @param originally how many filters a layer had in the unpruned model, by its name: its share is of those
 */
export function widthsOf(
  groups: readonly ChannelGroup[],
  filters: readonly LayerFilters[],
  originally: ReadonlyMap<string, number>,
  { minWidth, maxShare }: WidthLimits,
): Width[] {
  const least = groups.flatMap(({ widths }) =>
    widths.map((channels): Width => ({ channels, spare: spareAbove(Math.max(1, minWidth), channels.length) })),
  );
  const most = filters.map(({ layer, channels }): Width => {
    const before = originally.get(layer.name) ?? channels.length;
    return { channels, spare: spareAbove(before - Math.floor(maxShare * before + rounding), channels.length) };
  });
  return [...least, ...most];
}

/** So that 0.7 of 10 is 7. */
const rounding = 1e-9;

const spareAbove = (kept: number, length: number): number => Math.max(0, length - kept);
