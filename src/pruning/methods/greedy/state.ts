import * as v from "valibot";
import type { Checkpoint, Snapshot } from "../../checkpoint.ts";
import { channelsOf } from "../../graph/channels/channelsOf.ts";
import { readRecord, removalBetween } from "../../graph/channels/record.ts";
import { shrink } from "../../graph/channels/shrink.ts";
import { withValues } from "../../model/encode.ts";
import { type Model, withWeights } from "../../model/model.ts";
import { decodeFloats } from "../../model/values.ts";

/** How far a greedy search has come, as plain data. */
export interface Tally {
  /** How many channels it has removed. */
  readonly removed: number;
  /** Answers to single images that were computed, and that the plain way would have computed. */
  readonly done: number;
  readonly possible: number;
  /** Of how many steps both shortlist and all were tried, and how often the best of all was on the list. */
  readonly audited: number;
  readonly listed: number;
  /** What training in between had to say. */
  readonly notes: readonly string[];
  /** Candidates of the next step, the most promising first. */
  readonly order: readonly number[];
}

export const untried: Tally = { removed: 0, done: 0, possible: 0, audited: 0, listed: 0, notes: [], order: [] };

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const schema = v.object({
  tally: v.object({
    removed: count,
    done: count,
    possible: count,
    audited: count,
    listed: count,
    notes: v.array(v.string()),
    order: v.array(count),
  }),
  record: v.record(v.string(), v.array(count)),
});

/** A search to be taken up again: its tally, what the model has lost, and what its weights are. */
export function snapshotOf(model: Model, tally: Tally): Snapshot {
  const floats = [...model.weights.values()].filter(({ dtype, group }) => dtype === "float32" && group !== "optimizer");
  return {
    json: { tally, record: readRecord(model) },
    arrays: new Map(floats.map((weight) => [weight.name, decodeFloats(weight)])),
  };
}

/**
 * The search as a snapshot has it; from the beginning where there is none, or none of this model.
 * @param model that the step began with
 */
export async function restored(model: Model, checkpoint: Checkpoint): Promise<{ model: Model; tally: Tally }> {
  const snapshot = await checkpoint.load();
  const parsed = v.safeParse(schema, snapshot?.json);
  if (!snapshot || !parsed.success) return { model, tally: untried };
  const channels = channelsOf(model);
  const removal = removalBetween(readRecord(model), parsed.output.record, channels);
  if (!removal) return { model, tally: untried };
  const small = shrink(model, channels, removal);
  const weights = [...snapshot.arrays].flatMap(([name, values]) => {
    const weight = small.weights.get(name);
    return weight && values instanceof Float32Array ? [withValues(weight, values)] : [];
  });
  return { model: withWeights(small, weights), tally: parsed.output.tally };
}
