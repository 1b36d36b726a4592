import type { Channels } from "../graph/channels/channels.ts";
import type { GroupInspection } from "./inspection.ts";

/** A model's channel groups as plain data, counted instead of listed. */
export function inspectGroups({ groups }: Channels): GroupInspection[] {
  return groups.map(({ name, makers, followers, readers, channels, free, locked }) => ({
    name,
    makers,
    followers,
    readers,
    channels: channels.length,
    free: free.length,
    ...(locked !== undefined && { locked }),
  }));
}

/**
 * The group each layer belongs to, by the layer's name: whose channels it makes, or else follows. A layer that follows
 * several, as behind a concatenation, belongs to none of them.
 */
export function groupsByLayer(groups: readonly GroupInspection[]): ReadonlyMap<string, string> {
  const made = new Map(groups.flatMap(({ name, makers }) => makers.map((layer) => [layer, name] as const)));
  const followed = new Map<string, string>();
  const torn = new Set<string>();
  for (const { name, followers } of groups) {
    for (const layer of followers) {
      if (followed.has(layer)) torn.add(layer);
      followed.set(layer, name);
    }
  }
  return new Map([...[...followed].filter(([layer]) => !torn.has(layer)), ...made]);
}
