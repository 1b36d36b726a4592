// Forward passes and training steps of one network on one backend, in a process of its own, the way a run trains:
// batch in, loss out. Prints the ms of each as JSON. Arguments: network, backend, threads.
import { homedir } from "node:os";
import { join } from "node:path";
import type { BackendName } from "../../src/pruning/engine/engine.ts";
import { openEngine } from "../../src/pruning/engine/open.ts";
import { cifarNetwork, classes, madeUpBatch, type NetworkName } from "./cifarNetworks.ts";
import { projectRoot } from "./paths.ts";

/** Images in a batch. torch_training.py has the same, and the same repeats. */
const batchSize = 128;
const repeats = 5;

const [network, backend, threads] = process.argv.slice(2) as [NetworkName, BackendName, string];
const tfjsNode = process.env.SECATEUR_TFJS_NODE ?? join(homedir(), ".cache", "tfjs-node-native");
const engine = await openEngine({
  backend,
  tfjsNodeFolders: [tfjsNode, projectRoot],
  webgpuFolders: [projectRoot],
  threads: Number(threads),
});
const trainer = await engine.train(cifarNetwork(network), {
  optimizer: { name: "adam", weightDecay: 0 },
  ...{ classes, masks: new Map(), decayed: new Set<string>(), trainable: new Set<string>() },
  ...{ temperature: 1, teacherShare: 0 },
});
const batch = madeUpBatch(batchSize);

const forward: number[] = [];
const training: number[] = [];
for (let repeat = 0; repeat <= repeats; repeat++) {
  const times = [
    await time(() => trainer.loaded.predict(batch.values, batch.shape)),
    await time(() => trainer.step(batch, 1e-3, repeat)),
  ] as const;
  // The first round compiles.
  if (repeat === 0) continue;
  forward.push(times[0]);
  training.push(times[1]);
}
console.log(JSON.stringify({ detail: engine.backend.detail, batchSize, forward, training }));
trainer.dispose();
engine.dispose();

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
