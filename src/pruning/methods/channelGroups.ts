import type { ChannelGroup, Channels } from "../graph/channels/channels.ts";
import type { Network } from "../graph/network.ts";
import { chooseLayers, type LayerChoice } from "./layers.ts";

/** The groups whose channels a method may remove, and why it leaves others that its layers make. */
export interface GroupChoice {
  /** In network order; each has at least one free channel. */
  readonly groups: readonly ChannelGroup[];
  readonly left: readonly LeftGroup[];
}

/** A group of which some layer was chosen, and which stays all the same. */
export interface LeftGroup {
  readonly group: ChannelGroup;
  /** A sentence. */
  readonly reason: string;
}

/**
 * The groups of the chosen layers: all that make a group's channels must be wanted, and none that holds kernels for
 * them may be skipped, for what happens to one of them happens to all.
 * @throws SecateurError as `chooseLayers`
 */
export function chooseGroups(network: Network, channels: Channels, choice: LayerChoice): GroupChoice {
  const chosen = namesOf(network, choice);
  const wanted = namesOf(network, { layers: choice.layers });
  const notSkipped = namesOf(network, { skip: choice.skip });
  const prunable = new Set(network.layers.filter((layer) => layer.prunable).map(({ name }) => name));
  const groups: ChannelGroup[] = [];
  const left: LeftGroup[] = [];
  for (const group of channels.groups) {
    if (!group.makers.some((name) => chosen.has(name))) continue;
    const unwanted = group.makers.find((name) => !wanted.has(name));
    const skipped = [...group.makers, ...group.followers].find((name) => prunable.has(name) && !notSkipped.has(name));
    const outside = unwanted ?? skipped;
    if (group.free.length === 0) left.push({ group, reason: group.locked ?? "Nothing of it may go." });
    else if (outside) left.push({ group, reason: `It goes together with ${outside}, which is not chosen.` });
    else groups.push(group);
  }
  return { groups, left };
}

const namesOf = (network: Network, choice: LayerChoice): Set<string> =>
  new Set(chooseLayers(network, choice).map(({ name }) => name));
