import * as v from "valibot";
import type { Snapshot } from "../checkpoint.ts";
import { channelsOf } from "../graph/channels/channelsOf.ts";
import { readRecord, removalBetween } from "../graph/channels/record.ts";
import { shrink } from "../graph/channels/shrink.ts";
import { type Model, withWeights } from "../model/model.ts";

// A model that a long search has made smaller and trained on its way, as a snapshot: what it has lost, and the bytes of
// its weights. Its architecture follows from the model that the search began with.

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const schema = v.object({
  removed: v.record(v.string(), v.array(count)),
  quantized: v.record(
    v.string(),
    v.object({
      dtype: v.picklist(["uint8", "uint16", "float16"]),
      scale: v.exactOptional(v.number()),
      min: v.exactOptional(v.number()),
    }),
  ),
  more: v.unknown(),
});

/** @param more what else there is to remember, as JSON has it */
export function snapshotOf(model: Model, more: unknown): Snapshot {
  const weights = [...model.weights.values()];
  const quantized = weights.flatMap(({ name, quantization }) => (quantization ? [[name, quantization] as const] : []));
  return {
    json: {
      removed: readRecord(model),
      quantized: Object.fromEntries(quantized),
      more,
    },
    arrays: new Map(weights.map(({ name, bytes }) => [name, bytes])),
  };
}

/**
 * The model of a snapshot, byte for byte, and what else was remembered.
 * @param start the model that the search began with
 * @returns nothing where the snapshot is of something else
 */
export function fromSnapshot(
  start: Model,
  snapshot: Snapshot | undefined,
): { readonly model: Model; readonly more: unknown } | undefined {
  const parsed = v.safeParse(schema, snapshot?.json);
  if (!snapshot || !parsed.success) return undefined;
  const { removed, quantized, more } = parsed.output;
  const channels = channelsOf(start);
  const removal = removalBetween(readRecord(start), removed, channels);
  if (!removal) return undefined;
  const small = shrink(start, channels, removal);
  const weights = [...small.weights.values()].map(({ quantization: _, ...weight }) => {
    const [bytes, quantization] = [snapshot.arrays.get(weight.name), quantized[weight.name]];
    return bytes instanceof Uint8Array ? { ...weight, bytes, ...(quantization && { quantization }) } : undefined;
  });
  if (weights.some((weight) => weight === undefined)) return undefined;
  return {
    model: withWeights(
      small,
      weights.filter((weight) => weight !== undefined),
    ),
    more,
  };
}
