// The memory of a process that searches among some filters of one network, on many images. Prints JSON. Arguments:
// network.
import { drawSample } from "../../src/pruning/data/sample.ts";
import { openEngine } from "../../src/pruning/engine/open.ts";
import { race } from "../../src/pruning/methods/greedy/race.ts";
import { candidatesOf, contestOf, courtOf } from "./greedyContest.ts";
import { type GreedyNetwork, greedyNetworks } from "./greedyNetworks.ts";
import { greedySettings } from "./greedySettings.ts";

/** Peak of the resident set, in bytes. */
export interface GreedyMemory {
  readonly images: number;
  readonly candidates: number;
  readonly bytes: number;
}

const network = greedyNetworks.get(process.argv[2] ?? "") as GreedyNetwork;
const { memoryImages, sample } = greedySettings();
const engine = await openEngine({ backend: "wasm", tfjsNodeFolders: [] });
const { model, jury, anatomy } = await courtOf(network, memoryImages, engine);
const now = anatomy(model);
const all = candidatesOf(now);
const candidates = [...drawSample(all.length, sample, 1)].map((place) => all[place] as number);
await race(contestOf(now, candidates, jury, engine));
const memory: GreedyMemory = {
  images: jury.feed.split.count,
  candidates: candidates.length,
  bytes: 1024 * process.resourceUsage().maxRSS,
};
console.log(JSON.stringify(memory));
engine.dispose();
