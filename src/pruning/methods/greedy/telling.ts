import type { Progress } from "../../progress.ts";
import { formatCount } from "../../text.ts";
import type { Anatomy } from "../anatomy.ts";
import type { Contest, Jury } from "./contest.ts";
import type { Tally } from "./state.ts";

/** How long something takes that is so far, in words; nothing while that cannot be told. @param fraction 0 to 1 */
export type TimeLeft = (fraction: number) => string | undefined;

/** What a search is doing, in words: what is tried, the best so far, how much was spared, and how long it may take. */
export function tellingOf(
  { channels }: Anatomy,
  { feed }: Jury,
  before: Tally,
  progress: Progress,
  timeLeft: TimeLeft,
): Contest["progress"] {
  const nameOf = (channel: number): string => {
    const group = channels.groups.find((each) => each.channels.includes(channel));
    return group ? `${group.name} filter ${group.channels.indexOf(channel)}` : `channel ${channel}`;
  };
  return (fraction, { channel, best, evaluations: { done, possible } }) => {
    const spared = before.possible - before.done + Math.max(0, Math.round(possible * fraction) - done);
    const parts = [
      `${ordinal(before.removed + 1)} filter: trying ${nameOf(channel)}`,
      best && `best so far ${nameOf(best.channel)} with ${formatCount(best.right)} of ${formatCount(feed.split.count)}`,
      `${formatCount(before.done + done)} evaluations done, ${formatCount(spared)} saved`,
      timeLeft(fraction),
    ];
    progress(fraction, parts.filter(Boolean).join("; "));
  };
}

/** Times something from now on. @param ofWhat as in `about 5 s of this step left` */
export function timeLeftOf(ofWhat: string): TimeLeft {
  const begun = performance.now();
  let from: number | undefined;
  return (fraction) => {
    from ??= fraction;
    if (fraction <= from) return undefined;
    const seconds = ((performance.now() - begun) / 1000 / (fraction - from)) * (1 - fraction);
    return `about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`}${ofWhat} left`;
  };
}

const ordinal = (n: number): string => {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th");
  return `${formatCount(n)}${ending}`;
};
