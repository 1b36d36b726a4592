import type { Call, Calls, TensorId } from "../../graph/calls.ts";
import type { ChannelIds, Channels } from "../../graph/channels/channels.ts";
import type { Network } from "../../graph/network.ts";

/** A weight of a layer, one of whose axes reads channels. */
export interface Reading {
  /** Index among the layer's weights. */
  readonly weight: number;
  /** Axis of the weight that reads, and what it reads. */
  readonly axis: number;
  readonly channels: ChannelIds;
}

/** What each layer reads of the channels, by its name; layers that read none are left out. */
export function readingsOf(network: Network, channels: Channels): ReadonlyMap<string, readonly Reading[]> {
  const readings = network.layers.map(({ name, weights }) => {
    const own = weights.flatMap((weight, index) =>
      (channels.weights.get(weight.name) ?? []).flatMap((entry, axis) =>
        entry?.use === "reads" ? [{ weight: index, axis, channels: entry.channels }] : [],
      ),
    );
    return [name, own] as const;
  });
  return new Map(readings.filter(([, own]) => own.length > 0));
}

/** The tensors that calls take and give. */
export const inputsOf = (call: Call): readonly TensorId[] =>
  call.kind === "layer" ? call.inputs : call.kind === "frames" ? [call.input] : [call.input, call.like];
export const outputsOf = (call: Call): readonly TensorId[] => (call.kind === "layer" ? call.outputs : [call.output]);

/**
 * Which calls must be made again when some layers read fewer channels than before: their own, and all that follow.
 * @returns them, in order
 */
export function callsAgain({ calls }: Calls, readers: ReadonlySet<string>): Call[] {
  const changed = new Set<TensorId>();
  return calls.filter((call) => {
    const own = call.kind === "layer" && readers.has(call.layer);
    if (!own && !inputsOf(call).some((id) => changed.has(id))) return false;
    for (const id of outputsOf(call)) changed.add(id);
    return true;
  });
}

/** Which tensors a held batch must keep: those that calls made again take from calls that are not. */
export function tensorsToKeep(calls: Calls, readerSets: Iterable<ReadonlySet<string>>): ReadonlySet<TensorId> {
  const kept = new Set<TensorId>();
  for (const readers of readerSets) {
    const again = callsAgain(calls, readers);
    const made = new Set(again.flatMap(outputsOf));
    for (const id of again.flatMap(inputsOf)) if (!made.has(id)) kept.add(id);
  }
  return kept;
}

/** Which layers read each channel. */
export function readersByChannel(
  readings: ReadonlyMap<string, readonly Reading[]>,
): ReadonlyMap<number, ReadonlySet<string>> {
  const readers = new Map<number, Set<string>>();
  for (const [layer, own] of readings) {
    for (const channel of new Set(own.flatMap(({ channels }) => [...channels]))) {
      readers.set(channel, (readers.get(channel) ?? new Set()).add(layer));
    }
  }
  return readers;
}

/** One channel to try, on some examples of a batch. */
export interface Try {
  readonly channel: number;
  /** At least one, ascending. */
  readonly rows: readonly number[];
}

/** Tries of channels that the same layers read, at most so many rows together unless one alone has more. */
export function batchesOf<T extends Try>(
  tries: readonly T[],
  readersOf: ReadonlyMap<number, ReadonlySet<string>>,
  most: number,
): T[][] {
  const alike = new Map<string, T[]>();
  for (const each of tries) {
    const readers = [...(readersOf.get(each.channel) ?? [])].join();
    alike.set(readers, [...(alike.get(readers) ?? []), each]);
  }
  return [...alike.values()].flatMap((same) => {
    const batches: T[][] = [];
    let room = 0;
    for (const each of same) {
      if (each.rows.length > room) {
        batches.push([]);
        room = most;
      }
      batches.at(-1)?.push(each);
      room -= each.rows.length;
    }
    return batches;
  });
}
