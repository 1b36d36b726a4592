import { partOf } from "../../progress.ts";
import type { Anatomy } from "../anatomy.ts";
import { wholeSizes } from "../channelTarget.ts";
import { scoreChannels } from "../evidence/scoreChannels.ts";
import type { MethodContext } from "../spec.ts";
import type { Contest, Insight, Jury, Verdict } from "./contest.ts";
import { defaultShortlist, type GreedyOptions } from "./greedySpec.ts";
import { exhaustive } from "./plain.ts";
import { race } from "./race.ts";
import type { Standing, Tally } from "./state.ts";
import { type TimeLeft, tellingOf } from "./telling.ts";

/** The channel that goes, and what became known on the way. */
export interface Chosen extends Pick<Standing, "tally" | "insight"> {
  readonly winner: Verdict["winner"];
}

/**
 * Chooses which channel goes: of all candidates or, with a shortlist, of those that matter least by a criterion.
 * @param standing where the search is; its model is the anatomy's
 */
export async function choose(
  anatomy: Anatomy,
  candidates: readonly number[],
  { tally, insight }: Standing,
  jury: Jury,
  options: GreedyOptions,
  { timeLeft, ...context }: MethodContext & { readonly timeLeft: TimeLeft },
): Promise<Chosen> {
  const { shortlist, audit, exhaustive: plainly } = options;
  const search = (some: readonly number[], from: number, share: number): Promise<Verdict> => {
    const progress = partOf(context.progress, from, share);
    const contest: Contest = {
      model: anatomy.model,
      channels: anatomy.channels,
      candidates: some,
      jury,
      insight,
      engine: context.laboratory().engine,
      parameters: parametersOf(anatomy),
      ...(context.signal && { signal: context.signal }),
      progress: tellingOf(anatomy, jury, tally, progress, (fraction) => timeLeft(from + share * fraction)),
    };
    return plainly ? exhaustive(contest) : race(contest);
  };
  const possible = candidates.length * jury.feed.split.count;
  if (shortlist === undefined) {
    const verdict = await search(inOrder(candidates, tally.order), 0, 1);
    return chosenBy(verdict, verdict, possible, tally);
  }
  const listed = await shortlisted(anatomy, candidates, options, {
    ...context,
    progress: partOf(context.progress, 0, scoring),
  });
  const verdict = await search(listed, scoring, audit ? scoring : 1 - scoring);
  if (!audit) return chosenBy(verdict, verdict, possible, tally);
  const all = await search(inOrder(candidates, tally.order), 2 * scoring, 1 - 2 * scoring);
  return chosenBy(verdict, all, possible, {
    ...tally,
    audited: tally.audited + 1,
    listed: tally.listed + Number(listed.includes(all.winner.channel)),
  });
}

/** Share of a step that scoring takes, about. */
const scoring = 0.2;

/** How many parameters go with a channel. */
function parametersOf(anatomy: Anatomy): (channel: number) => number {
  const whole = wholeSizes(anatomy).parameters;
  return (channel) => whole - anatomy.sizes(removalOf(anatomy, channel)).parameters;
}

/** The removal of one channel. */
export function removalOf({ channels }: Anatomy, channel: number): Uint8Array {
  const removal = new Uint8Array(channels.count);
  removal[channel] = 1;
  return removal;
}

/** Candidates in the order of the last step's results; those it does not know, last. */
export function inOrder(candidates: readonly number[], order: readonly number[]): number[] {
  const places = new Map(order.map((channel, place) => [channel, place]));
  const placeOf = (channel: number) => places.get(channel) ?? places.size;
  return candidates.toSorted((a, b) => placeOf(a) - placeOf(b) || a - b);
}

/** The candidates that matter least by a criterion, the least first. */
async function shortlisted(
  anatomy: Anatomy,
  candidates: readonly number[],
  { shortlist, criterion = defaultShortlist }: GreedyOptions,
  context: MethodContext,
): Promise<number[]> {
  const { scores } = await scoreChannels(anatomy, criterion, {}, context);
  // Channels without a score come last.
  const scoreOf = (channel: number) => {
    const score = scores[channel] as number;
    return Number.isNaN(score) ? Number.POSITIVE_INFINITY : score;
  };
  const ranked = candidates.toSorted((a, b) => (scoreOf(a) < scoreOf(b) ? -1 : scoreOf(a) > scoreOf(b) ? 1 : a - b));
  return ranked.slice(0, shortlist);
}

/** @param widest the search that tried most candidates, whose order the next step begins with */
function chosenBy({ winner, evaluations }: Verdict, widest: Verdict, possible: number, tally: Tally): Chosen {
  return {
    winner,
    insight: widest.insight && insightAfter(widest.insight, winner.channel),
    tally: {
      ...tally,
      removed: tally.removed + 1,
      done: tally.done + evaluations.done,
      possible: tally.possible + possible,
      order: orderAfter(widest.order, winner.channel),
    },
  };
}

/** What is known once a channel is gone. */
export function insightAfter({ margins, answers }: Insight, gone: number): Insight {
  const left = [...answers].flatMap(([channel, own]) => after(channel, gone).map((each) => [each, own] as const));
  return { margins, answers: new Map(left) };
}

/** An order of channels once one of them is gone. */
export const orderAfter = (order: readonly number[], gone: number): number[] =>
  order.flatMap((channel) => after(channel, gone));

/** What a channel's number is once another is gone: those behind it move up. Nothing for that one itself. */
const after = (channel: number, gone: number): number[] => (channel === gone ? [] : [channel - Number(channel > gone)]);
