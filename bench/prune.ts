// How long pruning a 100 MB model without data takes, as a whole process from command to exit, against a process
// that reads and writes the same files and does nothing else. And where the time goes.
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { networkOf } from "../src/pruning/graph/networkOf.ts";
import { magnitude } from "../src/pruning/methods/magnitude.ts";
import { measureBytes } from "../src/pruning/metrics/bytes.ts";
import { countWeights } from "../src/pruning/metrics/counts.ts";
import { readModel } from "../src/pruning/model/read.ts";
import { writeModel } from "../src/pruning/model/write.ts";
import { writeLargeModel } from "./support/largeModel.ts";
import { cli, projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { race, runNode, type Timing, timing } from "./support/time.ts";

const repeats = 9;
const sparsity = 0.5;
const copyFiles = join(projectRoot, "bench", "support", "copyFiles.mjs");

await withScratch(async (scratch) => {
  const model = await writeLargeModel(join(scratch, "model"));
  const processes = await compareProcesses(model, join(scratch, "out"));
  const [rival, pruning] = [processes[0] as Timing, processes.at(-1) as Timing];
  const phases = await timePhases(model, join(scratch, "out"));
  await publish("prune", { unit: "ms", processes, ratio: pruning.median / rival.median, phases });
});

/** The rival, the rival that waits for the disk as Secateur does, and Secateur. */
function compareProcesses(model: string, out: string): Promise<Timing[]> {
  const clear = () => rm(out, { recursive: true, force: true });
  const from = dirname(model);
  const prune = [cli, "prune", model, "--method", "magnitude", "--sparsity", `${sparsity}`, "--out", out, "--json"];
  return race(
    [
      { name: "read + write", run: () => runNode([copyFiles, from, out]), clear },
      { name: "read + write + fsync", run: () => runNode([copyFiles, from, out, "--fsync"]), clear },
      { name: `secateur prune --sparsity ${sparsity}`, run: () => runNode(prune), clear },
    ],
    repeats,
  );
}

/** What the runner does for one trial, step by step. */
async function timePhases(path: string, out: string): Promise<Timing[]> {
  const times = new Map<string, number[]>();
  const phase = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    times.set(name, [...(times.get(name) ?? []), performance.now() - start]);
    return result;
  };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const model = await phase("read", () => readModel(path));
    const network = await phase("network", () => networkOf(model));
    await phase("count, original", () => countWeights(model, network));
    await phase("gzip, original", () => measureBytes(model));
    const pruned = await phase("select and zero", () => magnitude(model, { sparsity }, { network }));
    await phase("count, pruned", () => countWeights(pruned.model, network));
    await phase("gzip, pruned", () => measureBytes(pruned.model));
    await phase("write + fsync", () => writeModel(pruned.model, out));
    await rm(out, { recursive: true, force: true });
  }
  return [...times].map(([name, values]) => timing(name, values));
}
