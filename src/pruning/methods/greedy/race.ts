import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../../errors.ts";
import { answersOf, type RowAnswers } from "../../metrics/accuracy.ts";
import { type Contest, compareOutcomes, type Insight, type Outcome, type Search, type Verdict } from "./contest.ts";
import { type HeldBatches, heldBatches } from "./heldBatches.ts";
import { answersWithout, outcomeWithout } from "./plain.ts";
import { compareRunners, Runner, suspicionOf } from "./runner.ts";

/** Candidates that are tried between two looks at the event loop. */
const atOnce = 32;

// The scores of an ablation are those of the masked model up to the rounding of sums in another order, about 1e-6 of
// the largest. What is closer to a decision than these is computed the plain way.
/** Of margins, against the largest score of the batch. */
const closeMargin = 1e-4;
/** Of losses, in nats, for each image and for each nat: −log p is about as large as the scores that it comes from. */
const closeLoss = 4e-5;

/**
 * The same choice as `exhaustive`, by a race on an ablation of the model. One candidate that promises much runs ahead to
 * the end; from then on each is given up as soon as the images left cannot make it the winner. So all are tried on those
 * images first that they are likely to get wrong, and on the others, the least sure first, only where those do not decide.
 */
export const race: Search = async (contest) => {
  const { jury, engine, model } = contest;
  const insight = contest.insight ?? { margins: jury.margins, answers: new Map() };
  const ablation = await engine.ablate(model, jury.head.name);
  try {
    const held = await heldBatches(ablation, jury, hardestFirst(insight.margins));
    try {
      return await run(contest, held, insight);
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

async function run(contest: Contest, held: HeldBatches, insight: Insight): Promise<Verdict> {
  const { batches } = held;
  const images = contest.jury.feed.split.count;
  const runners = contest.candidates.map((channel) => new Runner(channel, images));
  const possible = runners.length * images;
  let done = 0;
  let best: Runner | undefined;
  const isBeaten = (runner: Runner) => best !== undefined && runner !== best && cannotWin(runner, best);
  const isRunning = (runner: Runner) => !runner.isFinished && !isBeaten(runner);

  /** Whether the images left cannot make it better than one that has been through all of them. */
  function cannotWin({ right, loss, answered }: Runner, rival: Runner): boolean {
    const most = right + images - answered;
    return most < rival.right || (most === rival.right && loss > rival.loss + slackOf(rival, images));
  }

  /** Tries some on images of a batch that they have not been tried on yet. */
  async function advance(some: readonly Runner[], index: number, choose: Choose): Promise<void> {
    const batch = batches[index] ?? new Uint32Array();
    const tries = some.toSorted(compareChannels).flatMap((runner) => {
      const open = [...batch.keys()].filter((row) => runner.isOpen(batch[row] as number));
      const rows = choose(runner, open, batch);
      return rows.length > 0 ? [{ runner, rows }] : [];
    });
    for (let i = 0; i < tries.length; i += atOnce) {
      await setImmediate();
      throwIfCancelled(contest.signal);
      const part = tries.slice(i, i + atOnce);
      const scores = await (await held.at(index)).without(
        part.map(({ runner }) => runner.channel),
        part.map(({ rows }) => rows),
      );
      for (const [j, { runner, rows }] of part.entries()) {
        const examples = rows.map((row) => batch[row] as number);
        runner.add(examples, await sureAnswers(contest, runner.channel, scores[j] as Float32Array, examples));
        done += rows.length;
      }
      contest.progress(progressOf(runners, isBeaten), {
        channel: part[0]?.runner.channel ?? -1,
        best: best && outcomeOf(best),
        evaluations: { done, possible },
      });
    }
  }

  async function runAhead(runner: Runner): Promise<void> {
    for (let index = 0; index < batches.length && isRunning(runner); index++) await advance([runner], index, allOpen);
    if (runner.isFinished && (!best || compareRunners(runner, best) < 0)) best = runner;
  }

  /** Sends all that are left through the batches. */
  async function pass(choose: Choose, afterBatch: () => Promise<void>): Promise<void> {
    for (const index of batches.keys()) {
      await advance(runners.filter(isRunning), index, choose);
      for (const runner of runners) if (runner.isFinished && (!best || compareRunners(runner, best) < 0)) best = runner;
      await afterBatch();
    }
  }

  /** Whoever is furthest ahead of the best, on the images that it has been tried on, runs ahead itself. */
  async function runLeader(): Promise<void> {
    const leads = runners
      .filter(isRunning)
      .map((runner) => ({ runner, lead: best ? runner.lead(best) : runner.right }));
    const [first] = leads.sort((a, b) => b.lead - a.lead || a.runner.loss - b.runner.loss);
    if (first && (!best || first.lead > 0)) await runAhead(first.runner);
  }

  // The one that promises most sets a bound to the others.
  const [favourite] = runners;
  if (contest.insight && favourite) await runAhead(favourite);
  const suspicions = new Map(contest.candidates.map((channel) => [channel, suspicionOf(insight, channel)]));
  await pass(
    ({ channel }, open, batch) => {
      const isSuspect = suspicions.get(channel) as (image: number) => boolean;
      const suspects = open.filter((row) => isSuspect(batch[row] as number));
      // To pick rows costs, too.
      return suspects.length > open.length / 2 ? open : suspects;
    },
    async () => {},
  );
  await pass(allOpen, runLeader);
  const finished = runners.filter(({ isFinished }) => isFinished);
  const { winner, again } = await decide(contest, finished);
  const found = runners.find(({ channel }) => channel === winner.channel) as Runner;
  const leads = new Map(runners.map((runner) => [runner, runner.lead(found)]));
  const order = runners.toSorted((a, b) => (leads.get(b) as number) - (leads.get(a) as number) || compareRunners(a, b));
  return {
    winner,
    evaluations: { done: done + again * images, possible },
    order: order.map(({ channel }) => channel),
    insight: {
      margins: found.margins,
      answers: new Map(runners.map(({ channel, answers }) => [channel, answers])),
    },
  };
}

/** Neighbours are read by the same layers, and tried together. */
const compareChannels = (a: Runner, b: Runner): number => a.channel - b.channel;

/** Which of the rows of a batch that a candidate has not been tried on it is to be tried on. */
type Choose = (runner: Runner, open: readonly number[], batch: Uint32Array) => readonly number[];

const allOpen: Choose = (_, open) => open;

const outcomeOf = ({ channel, right, loss }: Runner): Outcome => ({ channel, right, loss });

/** How far another's loss may lie above, for rounding alone. */
const slackOf = ({ loss }: Outcome, images: number): number => closeLoss * (images + loss);

/** Answers of which every one is decided: where rounding could, the model is run as a whole. */
async function sureAnswers(
  contest: Contest,
  channel: number,
  scores: Float32Array,
  examples: readonly number[],
): Promise<RowAnswers> {
  const { labels, head, probabilities } = contest.jury;
  const wanted = examples.map((example) => labels[example] as number);
  const answers = answersOf(scores, head.classes, wanted, probabilities);
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
  const [best] = finished.toSorted(compareRunners);
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
function progressOf(runners: readonly Runner[], isBeaten: (runner: Runner) => boolean): number {
  const over = runners.map((runner) => (isBeaten(runner) ? 1 : runner.answered / runner.answers.length));
  return over.reduce((sum, share) => sum + share, 0) / runners.length;
}
