import { filterChannels } from "../criteria/views.ts";
import { shrinkVerified } from "../engine/verified.ts";
import { SecateurError } from "../errors.ts";
import type { Channels, Removal } from "../graph/channels/channels.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import { countKept, freeChannels } from "../graph/channels/removal.ts";
import type { Layer, Network } from "../graph/network.ts";
import type { Model } from "../model/model.ts";
import { formatCount } from "../text.ts";
import { layerFilters } from "./channelWidths.ts";
import { countFilters, lockedError, parseFilters } from "./chosenFilters.ts";
import type { FiltersOptions } from "./filtersSpec.ts";
import type { MethodContext, Pruned } from "./spec.ts";

/** What it takes to prune so. */
type FiltersContext = Pick<MethodContext, "network" | "engine" | "samples">;

/**
 * Whether these filters may go from the unpruned model: one that is locked there, or is not there, stays so.
 * @throws SecateurError `bad-recipe`
 */
export function checkFilters(options: FiltersOptions, network: Network, model: Model): void {
  removalOf(options, network, model);
}

/**
 * Takes out the filters that are named, and with them all that is tied to them. What is left answers as the model does
 * with those filters masked, or nothing is returned.
 * @throws SecateurError `bad-recipe` for filters that there are not, that are locked, or that are all a layer has; as
 *   `shrinkVerified`
 */
export async function filters(model: Model, options: FiltersOptions, context: FiltersContext): Promise<Pruned> {
  const { network } = context;
  const { channels, removal, chosen } = removalOf(options, network, model);
  const narrowed = layerFilters(network, channels).flatMap(({ layer, channels: own }) => {
    const left = countKept(own, removal);
    return left === own.length ? [] : [`${layer.name} ${formatCount(own.length)} → ${formatCount(left)}`];
  });
  return {
    model: await shrinkVerified(model, channels, removal, context),
    notes: [`Removed ${countFilters(chosen)}, with all that is tied to them: ${narrowed.join(", ")}.`],
  };
}

/** What goes. @throws SecateurError `bad-recipe` */
function removalOf({ remove }: FiltersOptions, network: Network, model: Model) {
  const chosen = parseFilters(remove);
  // Whether the layers are there is known sooner.
  const layers = new Map([...chosen].map(([name, indices]) => [layerNamed(name, network), indices]));
  const channels = channelsOf(model);
  const removal = new Uint8Array(channels.count);
  for (const [layer, indices] of layers) {
    for (const channel of channelsGone({ model, channels }, layer, indices)) removal[channel] = 1;
  }
  checkWidths(channels, removal);
  return { chosen, channels, removal };
}

function layerNamed(name: string, { layers }: Network): Layer {
  const layer = layers.find((each) => each.name === name);
  if (layer?.prunable) return layer;
  const known = layers.filter(({ prunable }) => prunable).map((each) => each.name);
  throw new SecateurError(
    "bad-recipe",
    layer
      ? `Layer "${name}" has no filters to remove; choose another.`
      : `There is no layer "${name}" to remove filters from; those with filters are ${known.join(", ")}.`,
  );
}

/** The channels that filters of a layer carry. */
function channelsGone(
  subject: { readonly model: Model; readonly channels: Channels },
  layer: Layer,
  indices: readonly number[],
): number[] {
  const carried = filterChannels(subject, layer);
  const missing = indices.find((index) => index >= carried.length);
  if (missing !== undefined) {
    throw new SecateurError(
      "bad-recipe",
      `There is no filter ${missing} in "${layer.name}", which has ${formatCount(carried.length)}, counted from 0.`,
    );
  }
  const { groups, count } = subject.channels;
  const free = freeChannels(groups, count);
  const held = indices.filter((index) => carried[index]?.every((channel) => free[channel] === 1) !== true);
  if (held.length > 0) {
    const channel = held.flatMap((index) => carried[index] ?? []).find((each) => free[each] === 0) ?? -1;
    const reason = groups.find((group) => group.channels.includes(channel))?.locked;
    throw lockedError(layer.name, held, reason ?? "nothing is known of what depends on them");
  }
  return indices.flatMap((index) => carried[index] ?? []);
}

function checkWidths({ groups }: Channels, removal: Removal): void {
  const emptied = groups.find(({ widths }) => widths.some((width) => countKept(width, removal) === 0));
  if (!emptied) return;
  throw new SecateurError(
    "bad-recipe",
    `Nothing would be left of the filters of "${emptied.name}"; leave at least one.`,
  );
}
