// An epoch of steps on batches that lie ready, and an epoch of the fineTune step, by turns, on WASM. Prints the ms of
// each as JSON. Arguments: network, a folder for checkpoints.
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Split } from "../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../src/pruning/data/fit.ts";
import { openEngine } from "../../src/pruning/engine/open.ts";
import { networkOf } from "../../src/pruning/graph/networkOf.ts";
import { checkpointOf } from "../../src/pruning/runs/unfinished.ts";
import { batchMaker, labelDistributions, type TrainingData } from "../../src/pruning/training/batches.ts";
import { fineTune } from "../../src/pruning/training/fineTune.ts";
import { heldAtZero, rolesOf } from "../../src/pruning/training/roles.ts";
import { cifarNetwork, classes, image, type NetworkName } from "./cifarNetworks.ts";

const batchSize = 128;
const batches = 36;
const rounds = 2;

const [name, folder] = process.argv.slice(2) as [NetworkName, string];
const engine = await openEngine({ backend: "wasm", tfjsNodeFolders: [] });
const model = cifarNetwork(name);
const network = networkOf(model);
const [height, width, channels] = image;
const size = { height, width, channels };
const fit = fitToInput({ path: "made up", format: "cifar10", ...size, classes }, [null, ...image]);
const dataOf = (split: Split): TrainingData => ({ ...size, split, fit, scaling: { name: "x/255" } });
const images = batches * batchSize;
const train = dataOf(madeUp(images));
// The share that a run on CIFAR-10 looks at: 3,000 images beside 45,000 to learn from.
const validation = dataOf(madeUp(Math.round((images * 3) / 45)));

const bare: number[] = [];
const step: number[] = [];
for (let round = 0; round <= rounds; round++) {
  const times = [await timeBare(), await timeStep(round)] as const;
  // The first round compiles.
  if (round === 0) continue;
  bare.push(times[0]);
  step.push(times[1]);
}
console.log(JSON.stringify({ detail: engine.backend.detail, images, bare, step }));
engine.dispose();

async function timeBare(): Promise<number> {
  const batchOf = batchMaker(train, batchSize, { flip: false, shift: 0 }, 1);
  const ready = Array.from({ length: batches }, (_, i) => {
    const { values, shape, labels } = batchOf(i);
    return { values, shape, targets: { labels: labelDistributions(labels, classes, 0) } };
  });
  const trainer = await engine.train(model, {
    optimizer: { name: "adam", weightDecay: 0 },
    classes,
    masks: heldAtZero(model, network),
    ...rolesOf(network),
    temperature: 1,
    teacherShare: 0,
  });
  const start = performance.now();
  for (const [i, batch] of ready.entries()) await trainer.step(batch, 1e-3, i);
  const elapsed = performance.now() - start;
  trainer.dispose();
  return elapsed;
}

async function timeStep(round: number): Promise<number> {
  const checkpoint = checkpointOf(folder, `${round}`, console.error);
  const start = performance.now();
  await fineTune(
    model,
    { epochs: 1, batchSize },
    { engine, network, train, validation, seed: 1, progress: () => {}, checkpoint },
  );
  return performance.now() - start;
}

/** Made-up images, each of a class. */
function madeUp(count: number): Split {
  const random = xoroshiro128plus(count);
  const bytes = Uint8Array.from({ length: count * height * width * channels }, () => uniformInt(random, 0, 255));
  return { count, images: bytes, labels: Uint8Array.from({ length: count }, (_, i) => i % classes) };
}
