import type { ChannelGroup } from "../../graph/channels/channels.ts";
import type { Anatomy } from "../anatomy.ts";
import { widthsOf } from "../channelWidths.ts";
import type { GreedyOptions } from "./greedySpec.ts";

/**
 * The channels of which one may go next: of all chosen groups or, layer by layer, of the first that has not given its
 * share yet.
 * @param original the unpruned model's
 * @returns none where nothing may go any more
 */
export function candidatesOf(anatomy: Anatomy, original: Anatomy, options: GreedyOptions): number[] {
  const { order = "free", minWidth = 1 } = options;
  const spares = widthsOf(anatomy.groups, anatomy.filters, new Map(), { minWidth, maxShare: 1 });
  const held = new Set(spares.filter(({ spare }) => spare < 1).flatMap(({ channels }) => [...channels]));
  const allowed = (group: ChannelGroup) => [...group.free].filter((channel) => !held.has(channel));
  if (order === "free") return anatomy.groups.flatMap(allowed);
  const open = anatomy.groups.filter((group) => owes(group, original, options) && allowed(group).length > 0);
  const next = order === "forward" ? open[0] : open.at(-1);
  return next ? allowed(next) : [];
}

/** Whether a group has given less than its share, to the nearest whole channel below. */
function owes(group: ChannelGroup, original: Anatomy, { share = 0 }: GreedyOptions): boolean {
  const before = original.groups.find(({ name }) => name === group.name)?.channels.length ?? group.channels.length;
  return before - group.channels.length < Math.floor(share * before);
}
