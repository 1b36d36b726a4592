import { setImmediate } from "node:timers/promises";
import type { Answers, Removals } from "../../criteria/evidence.ts";
import type { Subject } from "../../criteria/views.ts";
import { batchesOf, feedBatch } from "../../data/feed.ts";
import { spread } from "../../data/split.ts";
import type { Engine } from "../../engine/engine.ts";
import { findScoringHead, type ScoringHead } from "../../engine/scoringHead.ts";
import { throwIfCancelled } from "../../errors.ts";
import { answersOf } from "../../metrics/accuracy.ts";
import type { Model } from "../../model/model.ts";
import { labelsOf, usualBatch } from "./batches.ts";
import type { Experiment } from "./laboratory.ts";
import { readingsOf } from "./reading.ts";

/** Channels that are tried between two looks at the event loop. */
const atOnce = 16;

/**
 * How the model answers validation images without each of its free channels, one at a time: what reads the channel
 * finds nothing. Slow: as many partial forward passes over the images as there are channels.
 * @returns `after` has one entry per channel of the network; none for those that are locked or that no weight reads
 * @throws SecateurError `cancelled`, `bad-data` where there are no labels, or as `Engine.ablate`
 */
export async function gatherRemovals(subject: Subject, experiment: Experiment): Promise<Removals> {
  const { images, signal, progress, laboratory } = experiment;
  const { engine, validation } = laboratory();
  const feed = { ...validation, split: spread(validation.split, images) };
  const { count } = feed.split;
  const examples = Uint32Array.from({ length: count }, (_, i) => i);
  const labels = labelsOf(feed.split, examples);
  const size = feed.fit.batchSize ?? usualBatch;
  const batches = batchesOf(examples, size, feed.fit.batchSize !== null);
  const head = await headOf(subject.model, engine, feedBatch(feed, new Uint32Array(size)), feed.fit.classes);
  const tried = channelsToTry(subject);
  const before = new Tally(head);
  const after = new Map(tried.map((channel) => [channel, new Tally(head)]));
  const ablation = await engine.ablate(subject.model, head.name);
  try {
    for (const [index, { from, some }] of batches.entries()) {
      const wanted = labels.slice(from, from + size);
      const { values, shape } = feedBatch(feed, some);
      const held = await ablation.hold(values, shape);
      try {
        before.add(held.scores, wanted);
        for (let first = 0; first < tried.length; first += atOnce) {
          // Let messages in between, such as a cancellation.
          await setImmediate();
          throwIfCancelled(signal);
          const part = tried.slice(first, first + atOnce);
          const scores = await held.without(part);
          for (const [i, channel] of part.entries()) after.get(channel)?.add(scores[i] as Float32Array, wanted);
          const done = index * tried.length + first + part.length;
          progress(
            done / (batches.length * tried.length),
            `trying without filter ${first + part.length} of ${tried.length}, batch ${index + 1} of ${batches.length}`,
          );
        }
      } finally {
        held.dispose();
      }
    }
  } finally {
    ablation.dispose();
  }
  return {
    images: count,
    before: before.answers(),
    after: Array.from({ length: subject.channels.count }, (_, channel) => after.get(channel)?.answers()),
  };
}

/** Free channels that weights read, in order. */
function channelsToTry(subject: Subject): number[] {
  const read = new Set(readingsOf(subject).flatMap(({ channels }) => [...channels]));
  return subject.channels.groups.flatMap(({ free }) => [...free]).filter((channel) => read.has(channel));
}

async function headOf(
  model: Model,
  engine: Engine,
  batch: ReturnType<typeof feedBatch>,
  classes: number,
): Promise<ScoringHead> {
  const loaded = await engine.load(model);
  try {
    return await findScoringHead(loaded, batch, classes);
  } finally {
    loaded.dispose();
  }
}

/** How images were answered so far. */
class Tally {
  readonly #head: ScoringHead;
  #images = 0;
  #right = 0;
  #loss = 0;

  constructor(head: ScoringHead) {
    this.#head = head;
  }

  /** @param scores a row an image; more rows than labels where a batch was filled up */
  add(scores: Float32Array, labels: readonly number[]): void {
    const { classes, givesProbabilities } = this.#head;
    const { right, loss } = answersOf(scores.subarray(0, labels.length * classes), classes, labels, givesProbabilities);
    this.#images += labels.length;
    this.#right += right.reduce((sum, each) => sum + each, 0);
    this.#loss += loss.reduce((sum, each) => sum + each, 0);
  }

  answers(): Answers {
    return { accuracy: this.#right / this.#images, loss: this.#loss / this.#images };
  }
}
