// Whether the exact greedy search removes what the plain loop removes, from a network where that takes too long on WASM:
// both on tfjs-node, every candidate on every image. Networks and data by others may not be shipped: left out where they
// are not there, or tfjs-node is not.
import { join } from "node:path";
import type { Chosen } from "./reports/choice.ts";
import { greedyNetworks } from "./support/greedyNetworks.ts";
import type { GreedyRun } from "./support/greedyRun.ts";
import { greedySettings } from "./support/greedySettings.ts";
import { projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { runNode } from "./support/time.ts";

const settings = JSON.stringify({ ...greedySettings(), backend: "tensorflow", isWhole: true });
const program = join(projectRoot, "bench", "support", "greedyRun.ts");

const results: Chosen[] = [];
for (const [network, { isChecked }] of greedyNetworks) {
  if (!isChecked) continue;
  try {
    const output = await runNode(["--import", "tsx", program, network], { SECATEUR_GREEDY: settings });
    results.push({ network, ...(JSON.parse(output) as GreedyRun) });
  } catch (error) {
    console.log(`\nGreedy search, choices on ${network}: left out. ${error instanceof Error ? error.message : error}`);
  }
}
if (results.length > 0) await publish("choice", { results });
else console.log("\nGreedy search, choices: left out, no network was searched.");
