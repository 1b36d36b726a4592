// What fine-tuning takes beside its steps: batches, validation, progress and checkpoints on disk. An epoch of the
// fineTune step, as a run calls it, against the bare loop: as many steps on batches that lie ready.
import { join } from "node:path";
import type { Overhead } from "./reports/fineTune.ts";
import { type NetworkName, networkNames } from "./support/cifarNetworks.ts";
import { projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { runNode, timing } from "./support/time.ts";

interface Measured {
  readonly detail: string;
  readonly images: number;
  /** ms of an epoch, each time. */
  readonly bare: readonly number[];
  readonly step: readonly number[];
}

const program = join(projectRoot, "bench", "support", "fineTuneRun.ts");

const results: Overhead[] = [];
for (const network of networkNames) results.push(await overheadOf(network));
await publish("fineTune", { results });

async function overheadOf(network: NetworkName): Promise<Overhead> {
  const output = await withScratch((scratch) => runNode(["--import", "tsx", program, network, scratch]));
  const { detail, images, bare, step } = JSON.parse(output) as Measured;
  return { network, detail, images, bare: timing("bare", bare), step: timing("step", step) };
}
