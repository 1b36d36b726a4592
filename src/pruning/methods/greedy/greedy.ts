import { paced } from "../../checkpoint.ts";
import { shrinkVerified } from "../../engine/verified.ts";
import { SecateurError, throwIfCancelled } from "../../errors.ts";
import { readRecord, removalBetween } from "../../graph/channels/record.ts";
import { shrink } from "../../graph/channels/shrink.ts";
import { networkOf } from "../../graph/networkOf.ts";
import type { Model } from "../../model/model.ts";
import { type Progress, partOf } from "../../progress.ts";
import { formatCount } from "../../text.ts";
import { type Anatomy, anatomyOf } from "../anatomy.ts";
import { shareGone, wholeSizes } from "../channelTarget.ts";
import { scoreChannels } from "../evidence/scoreChannels.ts";
import type { MethodContext, Pruned } from "../spec.ts";
import { candidatesOf } from "./candidates.ts";
import type { Contest, Jury, Verdict } from "./contest.ts";
import { defaultJury, defaultShortlist, type GreedyOptions } from "./greedySpec.ts";
import { juryOf } from "./jury.ts";
import { greedyNotes } from "./notes.ts";
import { answersNow, exhaustive } from "./plain.ts";
import { race } from "./race.ts";
import { restored, snapshotOf, type Tally } from "./state.ts";
import { tellingOf } from "./telling.ts";

/**
 * Greedy pruning: of all filters the one goes whose removal leaves the most validation images right, with all that is
 * tied to it; then the next, on the model that is left, until enough are gone. The model may be fine-tuned in between.
 * Every model that comes of it answers as its masked twin does, or nothing is returned.
 * @throws SecateurError as `anatomyOf`, `scoreChannels` and `shrinkVerified`
 */
export async function greedy(model: Model, options: GreedyOptions, context: MethodContext): Promise<Pruned> {
  const { engine, validation } = context.laboratory();
  const original = anatomyOf(context.original, networkOf(context.original), options);
  const jury = await juryOf(context.original, validation, options.images ?? defaultJury, engine, context.signal);
  const snapshots = paced(context.checkpoint);
  const first = await rightOf(model, jury, context);
  let { model: current, tally } = await restored(model, context.checkpoint);
  /** As it was last trained: what has gone since is verified against it. */
  let trained = current;
  /** How sure the model is of each image, where the last search has told. */
  let margins: Float64Array | undefined;

  /** The model as it is, once it has been shown to answer as the one it was made from would, masked. */
  const verified = async (): Promise<Model> => {
    const { channels } = anatomyOf(trained, networkOf(trained), options);
    const removal = removalBetween(readRecord(trained), readRecord(current), channels);
    return removal?.includes(1) ? shrinkVerified(trained, channels, removal, context) : current;
  };
  const end = async (why: Parameters<typeof greedyNotes>[3], ended?: SecateurError): Promise<Pruned> => ({
    model: await verified(),
    notes: greedyNotes(original, anatomyOf(current, networkOf(current), options), tally, why, options),
    ...(ended && { ended }),
  });

  try {
    for (;;) {
      throwIfCancelled(context.signal);
      const anatomy = anatomyOf(current, networkOf(current), options);
      const gone = fractionGone(anatomy, original, tally, options);
      if (gone >= 1) return await end("reached");
      if (options.trialEvery !== undefined && tally.removed > 0 && tally.removed % options.trialEvery === 0) {
        await context.keepTrial(`after ${formatCount(tally.removed)}`, await verified(), []);
      }
      const candidates = candidatesOf(anatomy, original, options);
      if (candidates.length === 0) return await end("exhausted");
      const progress: Progress = (fraction, message) =>
        context.progress(gone + fraction * (stepOf(original, options) ?? 0), message);
      const chosen = await choose(anatomy, inOrder(candidates, tally), { jury, margins }, options, {
        ...context,
        progress,
      });
      const { winner } = chosen.verdict;
      if (options.maxDrop !== undefined && first - winner.right > options.maxDrop * jury.feed.split.count) {
        return await end("dropped");
      }
      const removal = new Uint8Array(anatomy.channels.count);
      removal[winner.channel] = 1;
      current = shrink(current, anatomy.channels, removal);
      tally = tallied(tally, chosen);
      margins = chosen.verdict.margins;
      if (tally.removed % (options.perStep ?? 1) === 0 && context.fineTune) {
        const before = await verified();
        const tuned = await context.fineTune(before, networkOf(before), partOf(progress, 1, 0));
        current = tuned.model;
        trained = current;
        margins = undefined;
        tally = { ...tally, notes: tuned.notes };
        if (tuned.ended) return await end("ended", tuned.ended);
      }
      await snapshots.offer("good", async () => snapshotOf(current, tally));
    }
  } catch (error) {
    if (!SecateurError.is(error, "cancelled") || tally.removed === 0) throw error;
    await snapshots.save(async () => snapshotOf(current, tally));
    return end("ended", error);
  }
}

async function rightOf(model: Model, jury: Jury, context: MethodContext): Promise<number> {
  const { engine } = context.laboratory();
  const { right } = await answersNow({ model, jury, engine, signal: context.signal });
  return right.reduce((sum, each) => sum + each, 0);
}

/** How much of what is to go has gone, 0 to 1; nothing of it counts where only a drop ends the search. */
function fractionGone(anatomy: Anatomy, original: Anatomy, { removed }: Tally, options: GreedyOptions): number {
  const { filters, share, order = "free" } = options;
  if (filters !== undefined) return removed / filters;
  if (share === undefined) return 0;
  const gone = shareGone("filters", anatomy.sizes(new Uint8Array(anatomy.channels.count)), wholeSizes(original)) ?? 0;
  if (gone >= share) return order === "free" ? 1 : Math.min(gone / (share || 1), 0.999);
  return share === 0 ? 1 : gone / share;
}

/** What the next removal adds to that, about. */
function stepOf(original: Anatomy, { filters, share }: GreedyOptions): number | undefined {
  if (filters !== undefined) return 1 / filters;
  if (!share) return undefined;
  return 1 / (share * wholeSizes(original).filters);
}

/** Candidates in the order of the last step's results; those it does not know, last. */
function inOrder(candidates: readonly number[], { order }: Tally): number[] {
  const places = new Map(order.map((channel, place) => [channel, place]));
  const placeOf = (channel: number) => places.get(channel) ?? places.size;
  return candidates.toSorted((a, b) => placeOf(a) - placeOf(b) || a - b);
}

interface Chosen {
  readonly verdict: Verdict;
  /** Whether the best of all was on the shortlist; nothing where only one of the two was tried. */
  readonly listed?: boolean;
}

async function choose(
  anatomy: Anatomy,
  candidates: readonly number[],
  { jury, margins }: Pick<Contest, "jury" | "margins">,
  options: GreedyOptions,
  context: MethodContext,
): Promise<Chosen> {
  const { engine } = context.laboratory();
  const search = options.exhaustive ? exhaustive : race;
  const whole = anatomy.sizes(new Uint8Array(anatomy.channels.count)).parameters;
  const contest = (some: readonly number[], progress: Progress): Contest => ({
    model: anatomy.model,
    channels: anatomy.channels,
    candidates: some,
    jury,
    margins,
    engine,
    parameters(channel) {
      const removal = new Uint8Array(anatomy.channels.count);
      removal[channel] = 1;
      return whole - anatomy.sizes(removal).parameters;
    },
    ...(context.signal && { signal: context.signal }),
    progress: tellingOf(anatomy, jury, progress),
  });
  const { shortlist, criterion = defaultShortlist, audit } = options;
  if (shortlist === undefined) return { verdict: await search(contest(candidates, context.progress)) };
  const { scores } = await scoreChannels(
    anatomy,
    criterion,
    {},
    { ...context, progress: partOf(context.progress, 0, 0.2) },
  );
  const listed = candidates
    .toSorted((a, b) => comparable(scores[a]) - comparable(scores[b]) || a - b)
    .slice(0, shortlist);
  const verdict = await search(contest(listed, partOf(context.progress, 0.2, audit ? 0.2 : 0.8)));
  if (!audit) return { verdict };
  const all = await search(contest(candidates, partOf(context.progress, 0.4, 0.6)));
  return { verdict, listed: listed.includes(all.winner.channel) };
}

/** Channels without a score come last. */
const comparable = (score: number | undefined): number =>
  score === undefined || Number.isNaN(score) ? Number.POSITIVE_INFINITY : score;

function tallied(tally: Tally, { verdict, listed }: Chosen): Tally {
  const { winner, evaluations, order } = verdict;
  return {
    ...tally,
    removed: tally.removed + 1,
    done: tally.done + evaluations.done,
    possible: tally.possible + evaluations.possible,
    audited: tally.audited + Number(listed !== undefined),
    listed: tally.listed + Number(listed === true),
    // The channels behind the one that goes move up.
    order: order
      .filter((channel) => channel !== winner.channel)
      .map((channel) => channel - Number(channel > winner.channel)),
  };
}
