// The exact greedy search against the plain loop: time for a removal, answers spared, whether both choose the same, and
// the memory of a search on many images. Each network in a process of its own. Beside it, where it is installed, the
// plain loop by PyTorch, from the Python that SECATEUR_PYTHON names, or `python3`. Networks and data by others may not be
// shipped: those that are not there are left out. With other settings (SECATEUR_GREEDY) nothing is kept; what is measured of
// one network alone joins what is known of the others.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { greedyReport, type Searched, type TorchSearch } from "./reports/greedy.ts";
import type { GreedyMemory } from "./support/greedyMemory.ts";
import { greedyNetworks } from "./support/greedyNetworks.ts";
import type { GreedyRun } from "./support/greedyRun.ts";
import { greedySettings } from "./support/greedySettings.ts";
import { projectRoot } from "./support/paths.ts";
import { printReport } from "./support/report.ts";
import { lastOf, publish, renewed } from "./support/results.ts";
import { runNode, runProgram } from "./support/time.ts";

const support = join(projectRoot, "bench", "support");
const torchNetwork = "cifar10-tfjs-cnn-zz632";

const { only, isUsual } = greedySettings();
const isMeant = (network: string) => only === undefined || network === only;

const results: Searched[] = [];
for (const [network, { target }] of [...greedyNetworks].filter(([name]) => isMeant(name))) {
  const run = await inProcess<GreedyRun>("greedyRun.ts", network);
  const memory = await inProcess<GreedyMemory>("greedyMemory.ts", network);
  results.push({ network, ...run, memory, ...(target !== undefined && { target }) });
}
const last = isUsual ? await lastOf("greedy") : undefined;
const torch = isMeant(torchNetwork) ? await searchByTorch() : last?.torch;
const result = { results: renewed(last?.results, results, "network"), ...(torch && { torch }) };
if (results.length === 0) console.log("\nGreedy search: left out, none of its networks is there.");
else if (isUsual) await publish("greedy", result);
else printReport(greedyReport(result));

async function inProcess<T>(program: string, network: string): Promise<T> {
  return JSON.parse(await runNode(["--import", "tsx", join(support, program), network])) as T;
}

async function searchByTorch(): Promise<TorchSearch | undefined> {
  const { model, data } = greedyNetworks.get(torchNetwork) ?? {};
  const images = ["test_batch.bin", "test_batch.bin.gz"].map((name) => join(data ?? "", name)).find(existsSync);
  if (!model || !images) return undefined;
  const { images: count, sample } = greedySettings();
  try {
    const python = process.env.SECATEUR_PYTHON ?? "python3";
    const output = await runProgram(python, [join(support, "torch_greedy.py"), model, images, `${count}`, `${sample}`]);
    return { network: torchNetwork, ...JSON.parse(output) };
  } catch (error) {
    console.log(`\nGreedy search by PyTorch: left out. ${reasonOf(error)}`);
    return undefined;
  }
}

/** What a Python program says went wrong. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^\w*Error: (.*)$/m.exec(text)?.[1] ?? text;
}
