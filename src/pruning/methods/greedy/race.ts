import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../../errors.ts";
import { answersOf, type RowAnswers } from "../../metrics/accuracy.ts";
import { type Contest, compareOutcomes, type Outcome, type Search } from "./contest.ts";
import { type HeldBatches, heldBatches } from "./heldBatches.ts";
import { answersWithout, outcomeWithout } from "./plain.ts";

/** Candidates that are tried between two looks at the event loop. */
const atOnce = 16;

// The scores of an ablation are those of the masked model up to the rounding of sums in another order, about 1e-6 of
// the largest. What is closer to a decision than these is computed the plain way.
/** Of margins, against the largest score of the batch. */
const closeMargin = 1e-4;
/** Of losses, in nats, for each image and for each nat: −log p is about as large as the scores that it comes from. */
const closeLoss = 4e-5;

/** A candidate on its way through the batches. */
interface Runner {
  readonly channel: number;
  right: number;
  loss: number;
  /** How many images were right after each batch that it has been through. */
  readonly after: number[];
  /** Of the images that it has been through. */
  readonly margins: Float64Array[];
}

/**
 * The same choice as `exhaustive`, by a race. All candidates go through the images batch by batch, on an ablation of
 * the model; those the model gets wrong now come first, then those it is least sure of. One candidate that promises
 * much runs ahead to the end; from then on each is given up as soon as the images left cannot make it the winner.
 */
export const race: Search = async (contest) => {
  const { jury, engine, model } = contest;
  const examples = hardestFirst(contest.margins ?? jury.margins);
  const ablation = await engine.ablate(model, jury.head.name);
  try {
    const held = await heldBatches(ablation, jury, examples);
    try {
      return await run(contest, held, examples.length);
    } finally {
      held.dispose();
    }
  } finally {
    ablation.dispose();
  }
};

/** Images that are wrong first, then by margin: where candidates differ shows early. */
function hardestFirst(margins: Float64Array): Uint32Array {
  return Uint32Array.from(margins.keys()).sort((a, b) => (margins[a] as number) - (margins[b] as number) || a - b);
}

async function run(contest: Contest, held: HeldBatches, images: number): ReturnType<Search> {
  const { batches } = held;
  const runners = contest.candidates.map((channel): Runner => ({ channel, right: 0, loss: 0, after: [], margins: [] }));
  const possible = runners.length * images;
  let done = 0;
  let best: Runner | undefined;
  const leftAfter = batches.map((_, index) => batches.slice(index).reduce((sum, { length }) => sum + length, 0));
  const isBeaten = (runner: Runner) => best !== undefined && runner !== best && cannotWin(runner, best);

  /** Whether the images left cannot make it better than one that has been through all of them. */
  function cannotWin({ right, loss, after }: Runner, rival: Runner): boolean {
    const most = right + (leftAfter[after.length] ?? 0);
    return most < rival.right || (most === rival.right && loss > rival.loss + slackOf(rival, images));
  }

  /** Sends some through the next batch, which is the same for all. */
  async function advance(some: readonly Runner[], index: number): Promise<void> {
    const examples = batches[index] ?? new Uint32Array();
    for (let i = 0; i < some.length; i += atOnce) {
      await setImmediate();
      throwIfCancelled(contest.signal);
      const part = some.slice(i, i + atOnce);
      const scores = await (await held.at(index)).without(part.map(({ channel }) => channel));
      for (const [j, runner] of part.entries()) {
        const answers = await sureAnswers(contest, runner.channel, scores[j] as Float32Array, examples);
        runner.right += answers.right.reduce((sum, each) => sum + each, 0);
        runner.loss += answers.loss.reduce((sum, each) => sum + each, 0);
        runner.after.push(runner.right);
        runner.margins.push(answers.margin);
      }
      done += part.length * examples.length;
      const [{ channel } = { channel: -1 }] = part;
      contest.progress(progressOf(runners, isBeaten, batches.length), {
        channel,
        best: best && outcomeOf(best),
        evaluations: { done, possible },
      });
    }
  }

  async function runAhead(runner: Runner): Promise<void> {
    while (runner.after.length < batches.length && !isBeaten(runner)) await advance([runner], runner.after.length);
    if (runner.after.length === batches.length && (!best || isBetter(runner, best))) best = runner;
  }

  for (const index of batches.keys()) {
    const alive = runners.filter((runner) => runner.after.length === index && !isBeaten(runner));
    await advance(alive, index);
    const leader = alive.reduce<Runner | undefined>((a, b) => (a && !isBetter(b, a) ? a : b), undefined);
    if (leader && (!best || leader.right > (best.after[index] as number))) await runAhead(leader);
  }
  const finished = runners.filter(({ after }) => after.length === batches.length);
  const { winner, again } = await decide(contest, finished);
  const order = runners.toSorted((a, b) => b.after.length - a.after.length || (isBetter(a, b) ? -1 : 1));
  const margins = new Float64Array(images);
  const found = finished.find(({ channel }) => channel === winner.channel)?.margins ?? [];
  for (const [index, examples] of batches.entries()) {
    for (const [i, margin] of (found[index] ?? []).entries()) margins[examples[i] as number] = margin;
  }
  return {
    winner,
    evaluations: { done: done + again * images, possible },
    order: order.map(({ channel }) => channel),
    margins,
  };
}

const isBetter = (a: Runner, b: Runner): boolean => a.right > b.right || (a.right === b.right && a.loss < b.loss);
const outcomeOf = ({ channel, right, loss }: Runner): Outcome => ({ channel, right, loss });

/** How far another's loss may lie above, for rounding alone. */
const slackOf = ({ loss }: Outcome, images: number): number => closeLoss * (images + loss);

/** Answers of which every one is decided: where rounding could, the model is run as a whole. */
async function sureAnswers(
  contest: Contest,
  channel: number,
  scores: Float32Array,
  examples: Uint32Array,
): Promise<RowAnswers> {
  const { labels, head, probabilities } = contest.jury;
  const wanted = Array.from(examples, (example) => labels[example] as number);
  const answers = answersOf(scores.subarray(0, examples.length * head.classes), head.classes, wanted, probabilities);
  const largest = scores.reduce((most, score) => Math.max(most, Number.isFinite(score) ? Math.abs(score) : 0), 0);
  const doubtful = [...answers.margin.keys()].filter(
    (i) => Math.abs(answers.margin[i] as number) <= closeMargin * largest,
  );
  if (doubtful.length === 0) return answers;
  const plain = await answersWithout(
    contest,
    channel,
    Uint32Array.from(doubtful, (i) => examples[i] as number),
  );
  for (const [j, i] of doubtful.entries()) {
    answers.right[i] = plain.right[j] as number;
    answers.loss[i] = plain.loss[j] as number;
  }
  return answers;
}

/** The best of those that have been through all images; where rounding could decide, they are run again as a whole. */
async function decide(contest: Contest, finished: readonly Runner[]): Promise<{ winner: Outcome; again: number }> {
  const best = finished.reduce<Runner | undefined>((a, b) => (a && !isBetter(b, a) ? a : b), undefined);
  if (!best) throw new Error("a contest has candidates");
  const most = best.loss + slackOf(best, contest.jury.feed.split.count);
  const close = finished.filter(({ right, loss }) => right === best.right && loss <= most);
  if (close.length === 1) return { winner: outcomeOf(best), again: 0 };
  const outcomes: Outcome[] = [];
  for (const { channel } of close) outcomes.push(await outcomeWithout(contest, channel));
  const [winner] = outcomes.sort((a, b) => compareOutcomes(a, b, contest.parameters));
  return { winner: winner as Outcome, again: close.length };
}

/** How much of a race is over, where those that are given up count as finished. */
function progressOf(runners: readonly Runner[], isBeaten: (runner: Runner) => boolean, batches: number): number {
  const over = runners.map((runner) => (isBeaten(runner) ? 1 : runner.after.length / batches));
  return over.reduce((sum, share) => sum + share, 0) / runners.length;
}
