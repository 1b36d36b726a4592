import { setImmediate } from "node:timers/promises";
import { batchesOf, feedBatch } from "../../data/feed.ts";
import type { LoadedModel } from "../../engine/engine.ts";
import { throwIfCancelled } from "../../errors.ts";
import { mask } from "../../graph/channels/mask.ts";
import { answersOf, type RowAnswers } from "../../metrics/accuracy.ts";
import type { Model } from "../../model/model.ts";
import { type Contest, compareOutcomes, type Jury, type Outcome, type Search } from "./contest.ts";

/** Images per forward pass, where the model does not fix them itself. */
const usualBatch = 128;

/**
 * The plain way: every candidate is taken away in turn, and the whole model run on all images. The oracle of whatever
 * is faster.
 */
export const exhaustive: Search = async (contest) => {
  const { candidates, jury, parameters, signal } = contest;
  const possible = candidates.length * jury.feed.split.count;
  const outcomes: Outcome[] = [];
  let best: Outcome | undefined;
  for (const [i, channel] of candidates.entries()) {
    throwIfCancelled(signal);
    const outcome = await outcomeWithout(contest, channel);
    outcomes.push(outcome);
    if (!best || compareOutcomes(outcome, best, parameters) < 0) best = outcome;
    const done = (i + 1) * jury.feed.split.count;
    contest.progress((i + 1) / candidates.length, { channel, best, evaluations: { done, possible } });
  }
  if (!best) throw new Error("a contest has candidates");
  const order = outcomes.sort((a, b) => compareOutcomes(a, b, parameters)).map(({ channel }) => channel);
  return { winner: best, evaluations: { done: possible, possible }, order };
};

/** How the model without a channel answers all the jury's images. */
export async function outcomeWithout(contest: Contest, channel: number): Promise<Outcome> {
  const { right, loss } = await answersWithout(contest, channel, allOf(contest.jury));
  return {
    channel,
    right: right.reduce((sum, each) => sum + each, 0),
    loss: loss.reduce((sum, each) => sum + each, 0),
  };
}

/** How the model without a channel, masked and run as a whole, answers some of the jury's images. */
export function answersWithout(contest: Contest, channel: number, examples: Uint32Array): Promise<RowAnswers> {
  const { model, channels } = contest;
  const removal = new Uint8Array(channels.count);
  removal[channel] = 1;
  return withLoaded(contest, mask(model, channels, removal), (loaded) =>
    answersTo(loaded, contest.jury, examples, contest.signal),
  );
}

/** How the model as it is answers all the jury's images. */
export function answersNow(contest: Pick<Contest, "model" | "jury" | "engine" | "signal">): Promise<RowAnswers> {
  return withLoaded(contest, contest.model, (loaded) =>
    answersTo(loaded, contest.jury, allOf(contest.jury), contest.signal),
  );
}

const allOf = ({ feed }: Jury): Uint32Array => Uint32Array.from({ length: feed.split.count }, (_, i) => i);

async function withLoaded<T>(
  { engine }: Pick<Contest, "engine">,
  model: Model,
  use: (loaded: LoadedModel) => Promise<T>,
): Promise<T> {
  const loaded = await engine.load(model);
  try {
    return await use(loaded);
  } finally {
    loaded.dispose();
  }
}

async function answersTo(
  loaded: LoadedModel,
  { feed, head, labels, probabilities }: Jury,
  examples: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<RowAnswers> {
  const scores = new Float32Array(examples.length * head.classes);
  for (const { from, some } of batchesOf(examples, feed.fit.batchSize ?? usualBatch, feed.fit.batchSize !== null)) {
    await setImmediate();
    throwIfCancelled(signal);
    const { values, shape } = feedBatch(feed, some);
    const [output] = await loaded.predict(values, shape, [head.name]);
    const wanted = Math.min(some.length, examples.length - from) * head.classes;
    scores.set(output?.values.subarray(0, wanted) ?? [], from * head.classes);
  }
  const wanted = Array.from(examples, (example) => labels[example] as number);
  return answersOf(scores, head.classes, wanted, probabilities);
}
