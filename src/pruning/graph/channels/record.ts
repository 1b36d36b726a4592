import * as v from "valibot";
import { SecateurError } from "../../errors.ts";
import type { JsonChange } from "../../model/edit.ts";
import type { Model } from "../../model/model.ts";
import { isObject, issueClause } from "../json.ts";
import type { Channels, Removal } from "./channels.ts";

// What was removed from a model travels with it, where tfjs keeps what it is not concerned with.

/** Where apps and tools keep what is theirs in a model.json. */
const metadata = "userDefinedMetadata";
const key = "secateur";

const positions = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  v.transform((each) => [...new Set(each)].sort((a, b) => a - b)),
);

const recordSchema = v.object({ version: v.literal(1), removed: v.record(v.string(), positions) });

/**
 * The channels removed from a model so far, by the name of their group: ascending positions among the group's channels
 * in the model as it was before anything was removed.
 */
export type Removed = Readonly<Record<string, readonly number[]>>;

/**
 * What was removed from a model, as it says itself; nothing where it says none.
 * @throws SecateurError `bad-model` for a damaged record
 */
export function readRecord(model: Model): Removed {
  const kept = model.json[metadata];
  const record = isObject(kept) ? kept[key] : undefined;
  if (record === undefined) return {};
  const parsed = v.safeParse(recordSchema, record);
  if (parsed.success) return parsed.output.removed;
  throw new SecateurError(
    "bad-model",
    `The model's record of its removed channels, ${metadata}.${key} in model.json, is damaged: ${issueClause(parsed.issues[0])}; take the file as it was written, or delete the record.`,
  );
}

/** The change to a model.json that records a further removal. @throws SecateurError as `readRecord`, or for no room */
export function recorded(model: Model, channels: Channels, removal: Removal): JsonChange {
  const record = { version: 1, removed: composed(readRecord(model), channels, removal) };
  const kept = model.json[metadata];
  if (isObject(kept)) return { path: [metadata, key], value: record };
  if (kept === undefined || kept === null) return { path: [metadata], value: { [key]: record } };
  throw new SecateurError(
    "bad-model",
    `${metadata} in model.json is not an object, so that nothing can be recorded there; make it one, or delete it.`,
  );
}

function composed(before: Removed, channels: Channels, removal: Removal): Record<string, number[]> {
  const entries = channels.groups.map((group) => {
    const earlier = before[group.name] ?? [];
    const places = survivors(earlier, group.channels.length);
    const now = places.filter((_, i) => removal[group.channels[i] as number] === 1);
    return [group.name, [...earlier, ...now].sort((a, b) => a - b)] as const;
  });
  const after = new Map(entries.filter(([, all]) => all.length > 0));
  // A group with one channel left may have become part of another.
  for (const [name, earlier] of Object.entries(before)) if (!after.has(name)) after.set(name, [...earlier]);
  return Object.fromEntries(after);
}

/** The first so many positions that are not among the removed ones. */
function survivors(removed: readonly number[], count: number): number[] {
  const gone = new Set(removed);
  const places: number[] = [];
  for (let place = 0; places.length < count; place++) if (!gone.has(place)) places.push(place);
  return places;
}

/**
 * What must be removed from a model to get to one that was made from it, by their two records.
 * @param from the record of the larger model, whose channels these are
 * @returns nothing where the smaller one was not made from the larger
 */
export function removalBetween(from: Removed, to: Removed, channels: Channels): Removal | undefined {
  const removal = new Uint8Array(channels.count);
  const groups = new Map(channels.groups.map((group) => [group.name, group]));
  if (Object.keys(from).some((name) => !to[name])) return undefined;
  for (const [name, removed] of Object.entries(to)) {
    const group = groups.get(name);
    const earlier = from[name] ?? [];
    if (!group || earlier.some((place) => !removed.includes(place))) return undefined;
    const places = survivors(earlier, group.channels.length);
    const last = removed.at(-1);
    if (last !== undefined && last > Math.max(places.at(-1) ?? -1, earlier.at(-1) ?? -1)) return undefined;
    const gone = new Set(removed);
    for (const [i, place] of places.entries()) if (gone.has(place)) removal[group.channels[i] as number] = 1;
  }
  return removal;
}
