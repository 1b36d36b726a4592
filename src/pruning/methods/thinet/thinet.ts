import * as v from "valibot";
import { paced } from "../../checkpoint.ts";
import { shrinkVerified } from "../../engine/verified.ts";
import { SecateurError, throwIfCancelled } from "../../errors.ts";
import { networkOf } from "../../graph/networkOf.ts";
import { withValues } from "../../model/encode.ts";
import { type Model, withWeights } from "../../model/model.ts";
import { partOf } from "../../progress.ts";
import { type Anatomy, anatomyOf } from "../anatomy.ts";
import { gatherContributions } from "../evidence/contributions.ts";
import { forEachRead, type Reading } from "../evidence/reading.ts";
import { fromSnapshot, snapshotOf } from "../modelSnapshot.ts";
import type { MethodContext, Pruned } from "../spec.ts";
import { layerNote, thinetNotes } from "./notes.ts";
import { planOf, type Task } from "./plan.ts";
import { reconstruct } from "./reconstruction.ts";
import { defaultSampled, type ThinetOptions } from "./thinetSpec.ts";

const standingSchema = v.object({
  /** What was done to each layer so far, in sentences. */
  layers: v.array(v.string()),
  /** What the last training in between had to say. */
  trained: v.array(v.string()),
});

/** What was done so far. */
export type Done = v.InferOutput<typeof standingSchema>;

interface Standing {
  readonly model: Model;
  readonly done: Done;
}

/** Share of a layer's time that goes into choosing; the rest is training, where there is some. */
const choosing = 0.5;

/**
 * ThiNet (Luo et al. 2017): layer by layer from the input on, the filters go without which the next layer's sums,
 * sampled on training images, change least; those that stay are rescaled by least squares where that layer reads
 * them. The model may be fine-tuned after each layer but the last.
 * @throws SecateurError as `anatomyOf`, `gatherContributions` and `shrinkVerified`
 */
export async function thinet(model: Model, options: ThinetOptions, context: MethodContext): Promise<Pruned> {
  const anatomyNow = (now: Model): Anatomy => anatomyOf(now, networkOf(now), options);
  const original = anatomyNow(context.original);
  const snapshots = paced(context.checkpoint);
  const kept = ({ model: now, done }: Standing) => snapshotOf(now, done);
  let standing = await restored(model, context);
  const layers = planOf(anatomyNow(model), original, options).tasks.length;
  const end = ({ model: now, done }: Standing, ended?: SecateurError): Pruned => {
    const after = anatomyNow(now);
    const { left } = planOf(after, original, options);
    return { model: now, notes: thinetNotes({ original, after, left, done }, options), ...(ended && { ended }) };
  };
  try {
    for (;;) {
      throwIfCancelled(context.signal);
      const anatomy = anatomyNow(standing.model);
      const [task, ...others] = planOf(anatomy, original, options).tasks;
      if (!task) return end(standing);
      const index = layers - others.length;
      const progress = partOf(
        (fraction, message) =>
          context.progress(fraction, `layer ${index} of ${layers}, ${task.group.name}: ${message}`),
        (index - 1) / layers,
        1 / layers,
      );
      const next = await pruneLayer(anatomy, task, standing, options, {
        ...context,
        progress: partOf(progress, 0, choosing),
      });
      if (others.length === 0 || !context.fineTune) standing = next;
      else {
        const training = partOf(progress, choosing, 1 - choosing);
        const { model: tuned, notes, ended } = await context.fineTune(next.model, networkOf(next.model), training);
        const trained = { model: tuned, done: { ...next.done, trained: [...notes] } };
        if (ended) {
          await snapshots.save(async () => kept(standing));
          return end(trained, ended);
        }
        standing = trained;
      }
      await snapshots.offer("good", async () => kept(standing));
    }
  } catch (error) {
    if (!SecateurError.is(error, "cancelled") || standing.done.layers.length === 0) throw error;
    await snapshots.save(async () => kept(standing));
    return end(standing, error);
  }
}

/** Where a search that was broken off goes on. */
async function restored(model: Model, { checkpoint }: MethodContext): Promise<Standing> {
  const found = fromSnapshot(model, await checkpoint.load());
  const done = v.safeParse(standingSchema, found?.more);
  return found && done.success
    ? { model: found.model, done: done.output }
    : { model, done: { layers: [], trained: [] } };
}

async function pruneLayer(
  anatomy: Anatomy,
  { group, reader, count }: Task,
  { done }: Standing,
  { images = defaultSampled, unscaled }: ThinetOptions,
  context: MethodContext,
): Promise<Standing> {
  const only = ({ name }: { readonly name: string }) => name === reader.layer.name;
  const contributionsOf = await gatherContributions(anatomy, { ...context, images }, only);
  const [contributions] = contributionsOf(group);
  if (!contributions) throw new Error(`${reader.layer.name} does not read ${group.name}`);
  const free = new Set(
    [...group.channels.keys()].filter((place) => group.free.includes(group.channels[place] as number)),
  );
  const found = reconstruct(contributions, free, count);
  const factors = new Map(
    unscaled ? [] : Array.from(group.channels, (channel, i) => [channel, found.factors[i] as number]),
  );
  const removal = new Uint8Array(anatomy.channels.count);
  for (const place of found.removed) removal[group.channels[place] as number] = 1;
  // Rescaled first: what is verified is that shrinking changes nothing of it.
  const rescaled = withFactors(anatomy.model, reader.reading, factors);
  const model = await shrinkVerified(rescaled, anatomy.channels, removal, context);
  const width = group.channels.length;
  const sentence = layerNote(group.name, width, width - count, reader.layer.name, !unscaled, found);
  return { model, done: { ...done, layers: [...done.layers, sentence] } };
}

/** A model in which a layer multiplies what it reads of channels by a factor each. */
function withFactors(model: Model, reading: Reading, factors: ReadonlyMap<number, number>): Model {
  const values = reading.values.slice();
  forEachRead(reading, (channel, element) => {
    values[element] = (values[element] as number) * (factors.get(channel) ?? 1);
  });
  return withWeights(model, [withValues(reading.weight, values)]);
}
