// Images per second, forward and in training (Adam, batches of 128), of a small CNN for CIFAR-10, plain and with
// batch normalisation: on each backend that opens, beside PyTorch on the same machine. PyTorch is taken from the
// Python that SECATEUR_PYTHON names, or `python3`, and left out where that has none.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Throughput } from "./reports/training.ts";
import { type NetworkName, networkNames } from "./support/cifarNetworks.ts";
import { projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { runNode, runProgram, timing } from "./support/time.ts";

/** How often each contender runs, by turns. */
const rounds = 3;

interface Contender {
  readonly name: string;
  run(network: NetworkName): Promise<string>;
}

/** What a contender prints: ms of each forward pass and training step. */
interface Measured {
  readonly detail: string;
  readonly batchSize: number;
  readonly forward: readonly number[];
  readonly training: readonly number[];
}

const support = join(projectRoot, "bench", "support");
const onBackend = (backend: string, threads: number): Contender => ({
  name: backend === "wasm" ? `wasm, ${threads} ${threads === 1 ? "thread" : "threads"}` : backend,
  run: (network) => runNode(["--import", "tsx", join(support, "trainingRun.ts"), network, backend, `${threads}`]),
});
const threadCounts = [...new Set([1, 2, Math.min(4, availableParallelism())])];
const contenders: Contender[] = [
  ...threadCounts.map((threads) => onBackend("wasm", threads)),
  onBackend("tensorflow", 1),
  onBackend("webgpu", 1),
  {
    name: "PyTorch",
    run: (network) =>
      runProgram(process.env.SECATEUR_PYTHON ?? "python3", [join(support, "torch_training.py"), network]),
  },
];

const results: Throughput[] = [];
const present = new Set(contenders);
for (const network of networkNames) {
  const measured = new Map<Contender, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of present) {
      try {
        const output: Measured = JSON.parse(await contender.run(network));
        measured.set(contender, [...(measured.get(contender) ?? []), output]);
      } catch (error) {
        present.delete(contender);
        console.log(`\nTraining with ${contender.name}: left out. ${reasonOf(error)}`);
      }
    }
  }
  for (const [{ name }, outputs] of measured) results.push(resultOf(name, network, outputs));
}

await publish("training", { unit: "images per second", results });

function resultOf(name: string, network: NetworkName, outputs: readonly Measured[]): Throughput {
  const { detail, batchSize } = outputs[0] as Measured;
  const step = timing(
    `${name}, ${network}`,
    outputs.flatMap(({ training }) => training),
  );
  const forward = timing(
    name,
    outputs.flatMap((output) => output.forward),
  );
  const perSecond = (ms: number) => (1000 * batchSize) / ms;
  return { name, detail, network, forward: perSecond(forward.median), training: perSecond(step.median), step };
}

/** What a program says went wrong: the message of what it threw, in JavaScript or Python. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^\w*Error: (.*)$/m.exec(text)?.[1] ?? text;
}
