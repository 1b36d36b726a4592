import type { Progress } from "../../progress.ts";
import { formatCount } from "../../text.ts";
import type { Anatomy } from "../anatomy.ts";
import type { Contest, Jury } from "./contest.ts";

/** What a search is doing, in words: what is tried, the best so far, how much was spared, and how long it may take. */
export function tellingOf({ channels }: Anatomy, { feed }: Jury, progress: Progress): Contest["progress"] {
  const begun = performance.now();
  const nameOf = (channel: number): string => {
    const group = channels.groups.find((each) => each.channels.includes(channel));
    return group ? `${group.name} filter ${group.channels.indexOf(channel)}` : `channel ${channel}`;
  };
  return (fraction, { channel, best, evaluations: { done, possible } }) => {
    const spared = Math.max(0, Math.round(possible * fraction) - done);
    const left = fraction > 0 ? ((performance.now() - begun) / fraction) * (1 - fraction) : undefined;
    const parts = [
      `trying ${nameOf(channel)}`,
      best &&
        `best so far ${nameOf(best.channel)} (${formatCount(best.right)} of ${formatCount(feed.split.count)} right)`,
      `${formatCount(done)} evaluations, ${formatCount(spared)} saved`,
      left !== undefined && left > 1000 && `this step takes about ${timeText(left)} more`,
    ];
    progress(fraction, parts.filter(Boolean).join("; "));
  };
}

const timeText = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
};
