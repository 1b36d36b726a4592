import type { Removal } from "../../graph/channels/channels.ts";
import type { Anatomy } from "../anatomy.ts";
import { removalOf, removalOrder } from "../channelSelection.ts";
import { widthsOf } from "../channelWidths.ts";
import type { Standing } from "./contract.ts";
import type { ChannelStructures } from "./structures.ts";

/** Which channels go, and what becomes of the factors of those that stay. */
export interface ChosenChannels {
  readonly removal: Removal;
  /** Structures of which limits keep channels that would go. */
  readonly held: readonly number[];
  /**
   * Structures that alone are left of a layer whose factors are all zero, those that lasted longest: with a factor of
   * zero the layer would say nothing, and what is zero in a kernel stays so when the model is fine-tuned.
   */
  readonly last: readonly number[];
}

/**
 * The channels of structures whose value is at most the threshold, as many as the limits let go. Where some must stay,
 * those stay whose value was largest over the whole run.
 */
export function chosenChannels(
  { channels, groups, filters }: Anatomy,
  { channels: members }: ChannelStructures,
  { values, history }: Pick<Standing, "values" | "history">,
  { threshold, minWidth }: { readonly threshold: number; readonly minWidth: number },
): ChosenChannels {
  const isOut = (structure: number) => (values[structure] as number) <= threshold;
  const structureOf = new Map(
    members.flatMap((some, structure) => some.map((channel) => [channel, structure] as const)),
  );
  const scores = new Float64Array(channels.count).fill(Number.NaN);
  for (const [channel, structure] of structureOf) {
    if (isOut(structure)) scores[channel] = history[structure] as number;
  }
  const widths = widthsOf(groups, filters, new Map(), { minWidth, maxShare: 1 });
  const removal = removalOf(removalOrder({ groups, scores, scope: "global", widths, roundTo: 1 }), channels.count);
  const stays = (structure: number) => (members[structure] ?? []).some((channel) => removal[channel] === 0);
  const held = [...members.keys()].filter((structure) => isOut(structure) && stays(structure));
  const dead = groups.flatMap((group) =>
    group.widths.flatMap((width) => {
      const kept = [...width].filter((channel) => removal[channel] === 0).map((channel) => structureOf.get(channel));
      const isDead = kept.every((structure) => structure !== undefined && values[structure] === 0);
      return isDead ? kept.filter((structure) => structure !== undefined) : [];
    }),
  );
  return { removal, held, last: [...new Set(dead)] };
}
