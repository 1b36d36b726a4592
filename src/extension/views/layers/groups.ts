import type { GroupInspection, Inspection } from "../../../pruning/metrics/inspection.ts";
import { formatCount } from "../../../pruning/text.ts";

/** A layer's part in a channel group. */
export interface Tie {
  readonly group: GroupInspection;
  /** Whether it makes the group's channels, or only follows them. */
  readonly makes: boolean;
}

/** The groups that a layer has a part in: one that it makes, those that it follows. */
export function tiesOf(layer: string, { groups = [] }: Pick<Inspection, "groups">): Tie[] {
  return groups.flatMap((group) => {
    const makes = group.makers.includes(layer);
    return makes || group.followers.includes(layer) ? [{ group, makes }] : [];
  });
}

/** All layers that have a part in a group, in the model's order. */
export function membersOf(group: GroupInspection, { layers }: Pick<Inspection, "layers">): string[] {
  const members = new Set([...group.makers, ...group.followers]);
  return layers.map(({ name }) => name).filter((name) => members.has(name));
}

/** Whether no filter of a layer may be removed. */
export const isLocked = (ties: readonly Tie[]): boolean => ties.some(({ group, makes }) => makes && group.free === 0);

/** Beside a layer's name: whom it goes together with, if with anyone, and whether it may at all. */
export function tieFacts(layer: string, ties: readonly Tie[]): string[] {
  const [made] = ties.filter(({ makes }) => makes);
  if (!made)
    return ties.map(({ group }) => `follows ${group.makers[0]}${andMore(group.makers.length - 1)}`).slice(0, 1);
  const others = made.group.makers.filter((name) => name !== layer);
  return [
    ...(made.group.free === 0 ? ["locked"] : []),
    ...(others.length > 0 ? [`with ${others[0]}${andMore(others.length - 1)}`] : []),
  ];
}

const andMore = (count: number): string => (count > 0 ? ` + ${formatCount(count)}` : "");

/** The same in full, in sentences. */
export function tieSentences(layer: string, ties: readonly Tie[]): string[] {
  return ties.flatMap(({ group, makes }) => {
    const others = group.makers.filter((name) => name !== layer);
    return [
      makes ? makesSentence(group, others) : `Group ${group.name}: it follows the filters of ${listed(group.makers)}.`,
      ...partsSentence(group, layer),
      ...lockSentence(group),
    ];
  });
}

function makesSentence({ name }: GroupInspection, others: readonly string[]): string {
  return others.length === 0
    ? `Group ${name}: no other layer makes these filters.`
    : `Group ${name}: its filters go together with those of ${listed(others)}.`;
}

function partsSentence({ followers, readers }: GroupInspection, layer: string): string[] {
  const others = followers.filter((name) => name !== layer);
  const parts = [
    ...(others.length > 0 ? [`followed by ${listed(others)}`] : []),
    ...(readers.length > 0 ? [`read by ${listed(readers)}`] : []),
  ];
  return parts.length === 0 ? [] : [`They are ${parts.join(" and ")}.`];
}

function lockSentence({ channels, free, locked }: GroupInspection): string[] {
  if (locked === undefined) return [];
  const which =
    free === 0
      ? "None of them may be removed"
      : `${formatCount(channels - free)} of ${formatCount(channels)} may not be removed`;
  return [`Locked. ${which}: ${locked.replace(/^Layer\b/, "layer")}`];
}

/** A group in one line, above the layers. */
export function groupLine({ name, channels, free, makers, followers, readers }: GroupInspection): string {
  const parts = [
    `${layers(makers.length)} ${makers.length === 1 ? "makes" : "make"} its ${formatCount(channels)} channels`,
    ...(followers.length > 0
      ? [`${formatCount(followers.length)} ${followers.length === 1 ? "follows" : "follow"}`]
      : []),
    ...(readers.length > 0 ? [`${formatCount(readers.length)} ${readers.length === 1 ? "reads" : "read"} them`] : []),
    ...(free === 0 ? ["locked"] : []),
  ];
  return `Group ${name}: ${parts.join(", ")}`;
}

const layers = (count: number): string => `${formatCount(count)} ${count === 1 ? "layer" : "layers"}`;

/** Layers named in a sentence, at most. */
const mostNames = 6;

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 1 ? `${names.slice(0, mostNames).join(", ")} and ${formatCount(more)} others` : names.join(", ");
}
