import * as v from "valibot";
import type { Checkpoint, Snapshot } from "../../checkpoint.ts";
import type { Model } from "../../model/model.ts";
import { fromSnapshot, snapshotOf } from "../modelSnapshot.ts";
import type { Insight } from "./contest.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const tallySchema = v.object({
  /** How many channels were removed. */
  removed: count,
  /** Answers to single images without single channels: how many were computed, and how many the plain way computes. */
  done: count,
  possible: count,
  /** Of how many steps both the shortlist and all were tried, and how often the best of all was on the list. */
  audited: count,
  listed: count,
  /** What the last training in between had to say. */
  notes: v.array(v.string()),
  /** Candidates of the next step, the most promising first; none where nothing is known of them. */
  order: v.array(count),
});

/** What a search has come to, as plain data. */
export type Tally = v.InferOutput<typeof tallySchema>;

/** Where a search is. */
export interface Standing {
  readonly model: Model;
  readonly tally: Tally;
  /** What the last step told, in channels of the model. */
  readonly insight?: Insight | undefined;
}

export const untried: Tally = { removed: 0, done: 0, possible: 0, audited: 0, listed: 0, notes: [], order: [] };

/** A search to be taken up again. The insight is not kept: it speeds the next step up, and decides nothing. */
export const standingSnapshot = ({ model, tally }: Standing): Snapshot => snapshotOf(model, tally);

/** Where a search that was broken off goes on. @param model that it began with, and begins with where none was */
export async function restored(model: Model, checkpoint: Checkpoint): Promise<Standing> {
  const found = fromSnapshot(model, await checkpoint.load());
  const tally = v.safeParse(tallySchema, found?.more);
  return found && tally.success ? { model: found.model, tally: tally.output } : { model, tally: untried };
}
