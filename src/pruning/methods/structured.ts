import { expandVerified, shrinkVerified } from "../engine/verified.ts";
import { SecateurError, throwIfCancelled } from "../errors.ts";
import { isShrunk } from "../graph/channels/expand.ts";
import type { Network } from "../graph/network.ts";
import { networkOf } from "../graph/networkOf.ts";
import type { Model } from "../model/model.ts";
import { partOf } from "../progress.ts";
import { type Anatomy, anatomyOf } from "./anatomy.ts";
import { type Selection, selectRemoval, shareGone, wholeSizes } from "./channelTarget.ts";
import { type ChannelScores, scoreChannels } from "./evidence/scoreChannels.ts";
import { chooseLayers } from "./layers.ts";
import type { MethodContext, Pruned } from "./spec.ts";
import { type Standing, structuredNotes } from "./structuredNotes.ts";
import { defaultCriterion, type StructuredOptions, type Target, targetOf } from "./structuredSpec.ts";
import { unreadChannels } from "./unreadChannels.ts";

/**
 * Whether there are layers of the choice, and what the target is a share of.
 * @throws SecateurError `bad-recipe`
 */
export function checkStructured(options: StructuredOptions, network: Network): void {
  chooseLayers(network, options);
  const unknown = network.layers.find(({ macs }) => macs === null);
  if (options.macs === undefined || !unknown) return;
  throw new SecateurError(
    "bad-recipe",
    `The MACs of layer "${unknown.name}" are only known when the model runs, so that there is no share of them to remove; give a share of filters, parameters or bytes.`,
  );
}

/**
 * Structured pruning: whole filters go, the least important first, with all that is tied to them (DepGraph, Fang et al.
 * 2023), until a share of the unpruned model's filters, parameters, multiply-adds or bytes is gone. In several
 * iterations the target grows linearly, the filters that are left are ranked anew before each, and the model may be
 * fine-tuned in between. Every smaller model answers as its masked twin does, or nothing is returned.
 * @throws SecateurError as `anatomyOf`, `scoreChannels`, `shrinkVerified` and `expandVerified`
 */
export async function structured(model: Model, options: StructuredOptions, context: MethodContext): Promise<Pruned> {
  const { iterations = 1, form = "shrunk" } = options;
  const target = targetOf(options);
  const original = anatomyOf(context.original, networkOf(context.original), options);
  const before = standingOf(anatomyOf(model, context.network, options), form);
  const start = shareGone(target.of, before.anatomy.sizes(before.gone), wholeSizes(original)) ?? 0;
  const trained: string[] = [];
  let standing = before;
  let round: Round | undefined;
  const end = async (ended?: SecateurError): Promise<Pruned> => ({
    model: await inForm(standing.anatomy.model, original, form, context),
    notes: [
      ...structuredNotes({ original, before, after: standing, ...(round && { selection: round.selection }) }, options),
      ...(round?.notes ?? []),
      ...trained,
    ],
    ...(ended && { ended }),
  });
  if (before.anatomy.groups.length === 0 || start >= target.share) return end();
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const share = start + ((target.share - start) * iteration) / iterations;
    const progress = progressOf(iteration, iterations, context.progress);
    try {
      throwIfCancelled(context.signal);
      const ranking = { ...context, progress: partOf(progress, 0, 0.4) };
      round = await pruneOnce(standing.anatomy, original, { ...target, share }, options, ranking);
    } catch (error) {
      // What was trained is worth keeping.
      if (trained.length > 0 && SecateurError.is(error, "cancelled")) return end(error);
      throw error;
    }
    standing = standingOf(round.anatomy, form);
    if (iteration === iterations || !context.fineTune) continue;
    const { anatomy } = standing;
    const tuned = await context.fineTune(anatomy.model, anatomy.network, partOf(progress, 0.4, 0.6));
    standing = { ...standing, anatomy: { ...anatomy, model: tuned.model } };
    trained.push(...tuned.notes);
    if (tuned.ended) return end(tuned.ended);
  }
  return end();
}

/** What one iteration comes to. */
interface Round {
  readonly anatomy: Anatomy;
  readonly selection: Selection;
  /** Of groups that have no score. */
  readonly notes: readonly string[];
}

/** Ranks the filters there are, and takes out what a target asks for. */
async function pruneOnce(
  anatomy: Anatomy,
  original: Anatomy,
  target: Target,
  options: StructuredOptions,
  context: MethodContext,
): Promise<Round> {
  const { scope = "global", minWidth = 1, maxShare = 1, roundTo = 1 } = options;
  const { scores, notes } = await scoresOf(anatomy, options, context);
  const selection = selectRemoval(anatomy, original, scores, target, { scope, minWidth, maxShare, roundTo });
  const model = await shrinkVerified(anatomy.model, anatomy.channels, selection.removal, context);
  return {
    anatomy: model === anatomy.model ? anatomy : anatomyOf(model, networkOf(model), options),
    selection,
    notes,
  };
}

const progressOf = (
  iteration: number,
  iterations: number,
  progress: MethodContext["progress"],
): MethodContext["progress"] =>
  partOf(
    (fraction, message) =>
      progress(fraction, iterations > 1 ? `part ${iteration} of ${iterations}, ${message}` : message),
    (iteration - 1) / iterations,
    1 / iterations,
  );

/** Scores, with channels that no weight reads below all others: they change nothing when they go. */
async function scoresOf(anatomy: Anatomy, options: StructuredOptions, context: MethodContext): Promise<ChannelScores> {
  const { criterion = defaultCriterion, normalize: normalization, members: membership, images } = options;
  const { scores, notes } = await scoreChannels(anatomy, criterion, { normalization, membership, images }, context);
  const unread = unreadChannels(anatomy.model, anatomy.channels);
  return { scores: scores.map((score, channel) => (unread[channel] === 1 ? Number.NEGATIVE_INFINITY : score)), notes };
}

type Form = NonNullable<StructuredOptions["form"]>;

/** The model in the form asked for: masked, it is put back into the unpruned one's architecture. */
async function inForm(model: Model, original: Anatomy, form: Form, context: MethodContext): Promise<Model> {
  if (form === "shrunk" || !isShrunk(model, original.model)) return model;
  return expandVerified(model, original.model, original.channels, context);
}

/** A model as it stands. To be masked, channels that no weight reads count as gone. */
function standingOf(anatomy: Anatomy, form: Form): Standing {
  const { model, channels } = anatomy;
  return { anatomy, gone: form === "masked" ? unreadChannels(model, channels) : new Uint8Array(channels.count) };
}
