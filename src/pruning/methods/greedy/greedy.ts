import { paced } from "../../checkpoint.ts";
import { shrinkVerified } from "../../engine/verified.ts";
import { SecateurError, throwIfCancelled } from "../../errors.ts";
import { networkOf } from "../../graph/networkOf.ts";
import type { Model } from "../../model/model.ts";
import { formatCount } from "../../text.ts";
import { type Anatomy, anatomyOf } from "../anatomy.ts";
import type { MethodContext, Pruned } from "../spec.ts";
import { prospectsOf } from "./candidates.ts";
import { choose, removalOf } from "./choose.ts";
import type { Jury } from "./contest.ts";
import { defaultJury, type GreedyOptions } from "./greedySpec.ts";
import { juryOf } from "./jury.ts";
import { type End, greedyNotes } from "./notes.ts";
import { answersNow } from "./plain.ts";
import { restored, type Standing, standingSnapshot } from "./state.ts";
import { timeLeftOf } from "./telling.ts";

/**
 * Greedy pruning: of all filters the one goes whose removal leaves the most validation images right, with all that is
 * tied to it; then the next, on the model that is left, until enough are gone. The model may be fine-tuned in between.
 * Every model that comes of it answers as its masked twin does, or nothing is returned.
 * @throws SecateurError as `anatomyOf`, `juryOf`, `scoreChannels` and `shrinkVerified`
 */
export async function greedy(model: Model, options: GreedyOptions, context: MethodContext): Promise<Pruned> {
  const { perStep = 1, maxDrop, trialEvery, images = defaultJury } = options;
  const { engine, validation } = context.laboratory();
  const { signal } = context;
  const anatomyNow = (now: Model): Anatomy => anatomyOf(now, networkOf(now), options);
  const original = anatomyNow(context.original);
  const jury = await juryOf(context.original, validation, images, engine, signal);
  const fewest = maxDrop === undefined ? 0 : (await rightOf(model, jury, context)) - portion(maxDrop, jury);
  const snapshots = paced(context.checkpoint);
  const run = timeLeftOf("");
  let standing = await restored(model, context.checkpoint);

  const notesOf = ({ model: now, tally }: Standing, why: End): string[] =>
    greedyNotes(original, anatomyNow(now), tally, why, options);
  const end = (at: Standing, why: End, ended?: SecateurError): Pruned => ({
    model: at.model,
    notes: notesOf(at, why),
    ...(ended && { ended }),
  });

  try {
    for (;;) {
      throwIfCancelled(signal);
      const { removed } = standing.tally;
      const anatomy = anatomyNow(standing.model);
      const { candidates, gone, each } = prospectsOf(anatomy, original, removed, options);
      if (gone >= 1) return end(standing, "reached");
      if (trialEvery !== undefined && removed > 0 && removed % trialEvery === 0) {
        await context.keepTrial(`after ${formatCount(removed)}`, standing.model, notesOf(standing, "underway"));
      }
      if (candidates.length === 0) return end(standing, "exhausted");
      const step = timeLeftOf(" of this step");
      const { winner, ...chosen } = await choose(anatomy, candidates, standing, jury, options, {
        ...context,
        progress: (fraction, message) => context.progress(gone + each * fraction, message),
        timeLeft: (fraction) => (each > 0 ? run(gone + each * fraction) : step(fraction)),
      });
      if (winner.right < fewest) return end(standing, "dropped");
      const smaller = await shrinkVerified(
        anatomy.model,
        anatomy.channels,
        removalOf(anatomy, winner.channel),
        context,
      );
      const next: Standing = { model: smaller, ...chosen };
      const isLast = prospectsOf(anatomyNow(smaller), original, removed + 1, options).gone >= 1;
      if (!context.fineTune || isLast || (removed + 1) % perStep !== 0) standing = next;
      else {
        const {
          model: tuned,
          notes,
          ended,
        } = await context.fineTune(smaller, networkOf(smaller), (_, message) => context.progress(gone + each, message));
        const trained: Standing = { model: tuned, tally: { ...next.tally, notes: [...notes] } };
        if (ended) {
          await snapshots.save(async () => standingSnapshot(standing));
          return end(trained, "ended", ended);
        }
        standing = trained;
      }
      await snapshots.offer("good", async () => standingSnapshot(standing));
    }
  } catch (error) {
    if (!SecateurError.is(error, "cancelled") || standing.tally.removed === 0) throw error;
    await snapshots.save(async () => standingSnapshot(standing));
    return end(standing, "ended", error);
  }
}

/** How many of the jury's images a model answers right. */
async function rightOf(model: Model, jury: Jury, { laboratory, signal }: MethodContext): Promise<number> {
  const { right } = await answersNow({ model, jury, engine: laboratory().engine, signal });
  return right.reduce((sum, each) => sum + each, 0);
}

/** A share of the jury's images, in whole ones; 0.29 of 100 is 29. */
const portion = (share: number, { feed }: Jury): number => Math.floor(share * feed.split.count + 1e-9);
