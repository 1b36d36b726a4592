import { requireEqual, type Verification } from "../engine/equality.ts";
import type { ChannelGroup, Channels, Removal } from "../graph/channels/channels.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import { countKept } from "../graph/channels/removal.ts";
import { shrink } from "../graph/channels/shrink.ts";
import { silenceOf } from "../graph/channels/silence.ts";
import type { Model } from "../model/model.ts";
import { formatCount } from "../text.ts";
import { removalOf, removalOrder } from "./channelSelection.ts";
import { widthsOf } from "./channelWidths.ts";
import type { Pruned } from "./spec.ts";
import { unreadChannels } from "./unreadChannels.ts";

/** How narrow layers may become. */
export interface DeadOptions {
  /** No layer keeps fewer filters; 1 if left out. */
  readonly minWidth?: number | undefined;
  /** Layers that lose filters keep a multiple of this; any number if left out. */
  readonly roundTo?: number | undefined;
}

/**
 * Takes out the filters that do nothing: whatever reads them multiplies by zero, or they are zero whatever the model's
 * input. What only they read, or what read only them, may do nothing then, so it looks again until nothing is left.
 * Both models are run, to make sure that they answer the same.
 * @returns the model itself where nothing went; which layers lost how many, or why nothing did
 * @throws SecateurError as `networkOf` and `requireEqual`
 */
export async function shrinkDead(model: Model, options: DeadOptions, verification: Verification): Promise<Pruned> {
  const pruned = withoutDead(model, options);
  if (pruned.model !== model) {
    await requireEqual(pruned.model, model, verification, ["the shrunk model", "the model before"]);
  }
  return pruned;
}

function withoutDead(model: Model, options: DeadOptions): Pruned {
  const gone = new Map<string, number>();
  let current = model;
  for (;;) {
    const channels = channelsOf(current);
    const dead = unreadChannels(current, channels, silenceOf(current, channels));
    const removal = withinLimits(channels, dead, options);
    if (!removal.includes(1)) return { model: current, notes: notesOf(model, channels, dead, gone, options) };
    for (const group of channels.groups) {
      const count = group.channels.length - countKept(group.channels, removal);
      gone.set(group.name, (gone.get(group.name) ?? 0) + count);
    }
    current = shrink(current, channels, removal);
  }
}

function withinLimits({ groups, count }: Channels, dead: Removal, { minWidth = 1, roundTo = 1 }: DeadOptions): Removal {
  const scores = Float64Array.from(dead, (flag) => (flag ? 0 : Number.NaN));
  const widths = widthsOf(groups, [], new Map(), { minWidth, maxShare: 1 });
  return removalOf(removalOrder({ groups, scores, scope: "global", widths, roundTo }), count);
}

/** Layers named in a note, at most. */
const mostNamed = 8;

function notesOf(
  { format }: Model,
  channels: Channels,
  dead: Removal,
  gone: ReadonlyMap<string, number>,
  options: DeadOptions,
): string[] {
  if (format === "graph-model") {
    return [
      "Nothing was taken out: which filters belong together is known of layers models only, and this is a graph model.",
    ];
  }
  const stay = channels.groups.filter(({ channels: ids }) => ids.some((id) => dead[id] === 1));
  const left = dead.reduce((sum, flag) => sum + flag, 0);
  const why = whyStay(stay, dead, options);
  if (gone.size === 0) {
    const nothing = left > 0 ? `${filters(left)} ${left === 1 ? "does" : "do"} nothing, but ${why}` : allMatter;
    return [`Nothing was taken out: ${nothing}.`];
  }
  const total = [...gone.values()].reduce((sum, each) => sum + each, 0);
  const touched = [...gone].filter(([, each]) => each > 0);
  const named = touched.slice(0, mostNamed).map(([name, each]) => `${formatCount(each)} of ${name}`);
  const others = touched.length > mostNamed ? ` and others of ${touched.length - mostNamed} more layers` : "";
  const went = `${filters(total)} that did nothing ${total === 1 ? "was" : "were"} taken out`;
  return [
    `${went}: ${named.join(", ")}${others}.`,
    ...(left > 0 ? [`${formatCount(left)} more ${left === 1 ? "does" : "do"} nothing, but ${why}.`] : []),
  ];
}

const allMatter = "every filter is read by another layer and may give something else than zero";

const filters = (number: number): string => `${formatCount(number)} ${number === 1 ? "filter" : "filters"}`;

/** Why filters stay that do nothing, of the first layer that has some: a clause. */
function whyStay(groups: readonly ChannelGroup[], dead: Removal, { minWidth = 1, roundTo = 1 }: DeadOptions): string {
  const [group] = groups;
  if (!group) return "";
  const free = new Set(group.free);
  const locked = group.channels.some((id) => dead[id] === 1 && !free.has(id));
  if (locked) return `those of ${group.name} are locked: ${(group.locked ?? "").replace(/\.$/, "")}`;
  const limits = [`at least ${minWidth}`, ...(roundTo > 1 ? [`a multiple of ${roundTo}`] : [])];
  return `${group.name} keeps ${limits.join(" and ")}`;
}
