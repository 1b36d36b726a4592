import { shrinkVerified } from "../engine/verified.ts";
import { SecateurError, throwIfCancelled } from "../errors.ts";
import type { Removal } from "../graph/channels/channels.ts";
import { mask } from "../graph/channels/mask.ts";
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
import { defaultCriterion, type StructuredOptions, targetOf } from "./structuredSpec.ts";
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
 * fine-tuned in between. Every model that comes of it answers as its masked twin does, or nothing is returned.
 * @throws SecateurError as `anatomyOf`, `scoreChannels` and `shrinkVerified`
 */
export async function structured(model: Model, options: StructuredOptions, context: MethodContext): Promise<Pruned> {
  const { iterations = 1, form = "shrunk" } = options;
  const target = targetOf(options);
  const original = anatomyOf(context.original, networkOf(context.original), options);
  const before = standingOf(anatomyOf(model, context.network, options), form);
  const start = shareGone(target.of, before.anatomy.sizes(before.gone), wholeSizes(original)) ?? 0;
  const notes: string[] = [];
  let standing = before;
  let selection: Selection | undefined;
  const end = (ended?: Pruned["ended"]): Pruned => ({
    model: standing.anatomy.model,
    notes: [
      ...structuredNotes({ original, before, after: standing, ...(selection && { selection }) }, options),
      ...notes,
    ],
    ...(ended && { ended }),
  });
  if (standing.anatomy.groups.length === 0 || start >= target.share) return end();
  for (let iteration = 1; iteration <= iterations; iteration++) {
    throwIfCancelled(context.signal);
    const progress = progressOf(iteration, iterations, context.progress);
    const share = start + ((target.share - start) * iteration) / iterations;
    const { anatomy } = standing;
    const ranking = partOf(progress, 0, 0.4);
    const { scores, notes: unscored } = await scoresOf(anatomy, options, { ...context, progress: ranking });
    selection = selectRemoval(anatomy, original, scores, { ...target, share }, approachOf(options));
    const pruned = await remove(anatomy, selection.removal, form, context);
    standing = standingOf(anatomyAfter(anatomy, pruned, options), form);
    if (iteration === iterations) {
      notes.push(...unscored);
    } else if (context.fineTune) {
      const tuned = await context.fineTune(pruned, standing.anatomy.network, partOf(progress, 0.4, 0.6));
      standing = { ...standing, anatomy: { ...standing.anatomy, model: tuned.model } };
      notes.push(...tuned.notes);
      if (tuned.ended) return end(tuned.ended);
    }
  }
  return end();
}

const approachOf = ({ scope = "global", minWidth = 1, maxShare = 1, roundTo = 1 }: StructuredOptions) => ({
  scope,
  minWidth,
  maxShare,
  roundTo,
});

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

/** The model after a removal, in the form asked for, once both forms have answered alike. */
async function remove(
  { model, channels }: Anatomy,
  removal: Removal,
  form: Form,
  context: MethodContext,
): Promise<Model> {
  const small = await shrinkVerified(model, channels, removal, context);
  return form === "masked" ? mask(model, channels, removal) : small;
}

function anatomyAfter(before: Anatomy, model: Model, options: StructuredOptions): Anatomy {
  return model.json === before.model.json ? { ...before, model } : anatomyOf(model, networkOf(model), options);
}

/** A model as it stands. In masked form, channels that no weight reads count as gone. */
function standingOf(anatomy: Anatomy, form: Form): Standing {
  const { model, channels } = anatomy;
  return { anatomy, gone: form === "masked" ? unreadChannels(model, channels) : new Uint8Array(channels.count) };
}
