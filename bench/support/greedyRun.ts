// Removals from one network, each chosen twice, by the race and by the plain loop, in one process. Prints the ms of each
// as JSON. Arguments: network.
import { drawSample } from "../../src/pruning/data/sample.ts";
import { openEngine } from "../../src/pruning/engine/open.ts";
import { shrink } from "../../src/pruning/graph/channels/shrink.ts";
import { inOrder, insightAfter, orderAfter, removalOf } from "../../src/pruning/methods/greedy/choose.ts";
import type { Contest, Search, Verdict } from "../../src/pruning/methods/greedy/contest.ts";
import { exhaustive } from "../../src/pruning/methods/greedy/plain.ts";
import { race } from "../../src/pruning/methods/greedy/race.ts";
import { candidatesOf, contestOf, courtOf } from "./greedyContest.ts";
import { type GreedyNetwork, greedyNetworks } from "./greedyNetworks.ts";
import { greedySettings } from "./greedySettings.ts";
import { projectRoot } from "./paths.ts";

/** One filter that was removed. */
export interface Removal {
  /** Group and place in it. */
  readonly filter: string;
  /** How many there were to choose from, and how many of them the plain loop tried. */
  readonly candidates: number;
  readonly searched: number;
  /** ms of the race, and of the plain loop over those it tried. */
  readonly race: number;
  readonly plain: number;
  /** Answers to single images: computed by the race, and all there are. */
  readonly evaluations: Verdict["evaluations"];
  /** Whether the plain loop chose the same. */
  readonly isSame: boolean;
}

export interface GreedyRun {
  readonly detail: string;
  readonly images: number;
  readonly removals: readonly Removal[];
}

const network = greedyNetworks.get(process.argv[2] ?? "") as GreedyNetwork;
const { images, removals, sample, isWhole, backend } = greedySettings();
const tfjsNodeFolders = [process.env.SECATEUR_TFJS_NODE ?? projectRoot];
const engine = await openEngine({ backend, tfjsNodeFolders });
const { model, jury, anatomy } = await courtOf(network, images, engine);

const made: Removal[] = [];
let current = model;
let last: Verdict | undefined;
for (let step = 0; step < removals; step++) {
  const now = anatomy(current);
  const all = inOrder(candidatesOf(now), last?.order ?? []);
  const [fast, raceMs] = await timed(race, contestOf(now, all, jury, engine, last?.insight));
  const { winner, evaluations } = fast;
  const searched = network.isSampled && !isWhole ? sampled(all, winner.channel, step) : all;
  const [plain, plainMs] = await timed(exhaustive, contestOf(now, searched, jury, engine));
  const group = now.groups.find(({ channels }) => channels.includes(winner.channel));
  made.push({
    filter: `${group?.name} ${group?.channels.indexOf(winner.channel)}`,
    candidates: all.length,
    searched: searched.length,
    race: raceMs,
    plain: plainMs,
    evaluations,
    isSame: plain.winner.channel === winner.channel,
  });
  last = {
    ...fast,
    order: orderAfter(fast.order, winner.channel),
    ...(fast.insight && { insight: insightAfter(fast.insight, winner.channel) }),
  };
  current = shrink(current, now.channels, removalOf(now, winner.channel));
}
const run: GreedyRun = { detail: engine.backend.detail, images: jury.feed.split.count, removals: made };
console.log(JSON.stringify(run));
engine.dispose();

/** Some candidates by chance, and the one that won. */
function sampled(candidates: readonly number[], winner: number, seed: number): number[] {
  const drawn = [...drawSample(candidates.length, sample, seed)].map((place) => candidates[place] as number);
  return [...new Set([...drawn.slice(0, Math.max(1, sample - 1)), winner])];
}

async function timed(search: Search, contest: Contest): Promise<[Verdict, number]> {
  const start = performance.now();
  const verdict = await search(contest);
  return [verdict, performance.now() - start];
}
