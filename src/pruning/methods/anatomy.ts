import type { Channels, Removal } from "../graph/channels/channels.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import { countKept, freeChannels } from "../graph/channels/removal.ts";
import type { Network } from "../graph/network.ts";
import { type ChannelCounts, channelCounter } from "../metrics/channelCounts.ts";
import type { Model } from "../model/model.ts";
import { chooseGroups, type GroupChoice } from "./channelGroups.ts";
import { type LayerFilters, layerFilters } from "./channelWidths.ts";
import type { LayerChoice } from "./layers.ts";

/** What a model has of all that removing filters is counted in. */
export interface Sizes extends ChannelCounts {
  /** Those of all layers that may go. */
  readonly filters: number;
}

/** A model as methods see it that remove its channels. */
export interface Anatomy extends GroupChoice {
  readonly model: Model;
  readonly network: Network;
  readonly channels: Channels;
  /** The filters of all layers that make channels. */
  readonly filters: readonly LayerFilters[];
  /** What is left after a removal. */
  sizes(removal: Removal): Sizes;
}

/** @throws SecateurError as `chooseLayers` and `channelsOf` */
export function anatomyOf(model: Model, network: Network, choice: LayerChoice): Anatomy {
  const channels = channelsOf(model);
  const chosen = chooseGroups(network, channels, choice);
  const filters = layerFilters(network, channels);
  const free = freeChannels(chosen.groups, channels.count);
  const removable = filters.map((each) => each.channels.filter((channel) => free[channel] === 1));
  const count = channelCounter(model, network, channels);
  return {
    ...chosen,
    model,
    network,
    channels,
    filters,
    sizes: (removal) => ({
      filters: removable.reduce((sum, each) => sum + countKept(each, removal), 0),
      ...count(removal),
    }),
  };
}
