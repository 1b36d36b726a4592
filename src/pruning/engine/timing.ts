import { reasonOf } from "../errors.ts";
import type { Log, OpenBackend } from "./backend.ts";
import type { BackendName, BackendTiming, InputBatch, LoadedModel, Workload } from "./engine.ts";
import { findHead } from "./evaluate.ts";
import { timeRepeats } from "./latency.ts";
import { loadModel, loadTrainer } from "./load.ts";
import { madeUpFeeds } from "./madeUp.ts";
import { withinTime } from "./timeLimit.ts";
import type { TrainingBatch } from "./training/contract.ts";

/** A batch is as large as takes the first backend about so many milliseconds, for an example alone tells little. */
const batchMs = 40;
/** As many examples as training takes by default. */
const mostExamples = 64;

const repeats = 3;
/** No new repeat begins after this, in milliseconds. */
const budget = 300;

/** What a backend may take beyond its share of the rival's time, in milliseconds: some compile at first. */
const startUp: Record<BackendName, number> = { tensorflow: 1000, webgpu: 3000, wasm: 500, cpu: 100 };

/** What was measured of a backend, on how many examples. */
export interface Timed {
  readonly timing: BackendTiming;
  readonly batchSize: number;
}

/**
 * Times a workload on the active backend: one batch forward and, where there is training, a step on it.
 * @param rival the fastest so far: what cannot win against it is not waited for, and gets the same batch
 * @returns what could be measured, and why not all of it
 */
export async function timeBackend(
  name: BackendName,
  backend: OpenBackend,
  { model, training }: Workload,
  rival: Timed | undefined,
  log: Log,
): Promise<Timed> {
  const limited = (best: number | undefined, run: () => Promise<unknown>) =>
    withinTime(name, limitAgainst(name, best), () => timeWarm(run));
  let batchSize = rival?.batchSize ?? 1;
  let timing: BackendTiming = { name };
  try {
    const trainer = training && (await loadTrainer(model, training, backend, log));
    const loaded = trainer?.loaded ?? (await loadModel(model, backend, log));
    try {
      if (!rival) batchSize = await findBatchSize(loaded);
      const feeds = madeUpFeeds(loaded.inputs, batchSize);
      timing = { ...timing, forwardMs: await limited(rival?.timing.forwardMs, () => loaded.run(feeds)) };
      if (!trainer) return { timing, batchSize };
      const batch = await madeUpBatch(loaded, feeds, training.classes);
      const stepMs = await limited(rival?.timing.stepMs, () => trainer.step(batch, 1e-3, 0));
      return { timing: { ...timing, stepMs }, batchSize };
    } finally {
      (trainer ?? loaded).dispose();
    }
  } catch (error) {
    return { timing: { ...timing, reason: reasonOf(error).replace(/\.$/, "") }, batchSize };
  }
}

/** Milliseconds after which a backend has lost: four passes of its rival, or a bit more than one long one. */
function limitAgainst(name: BackendName, best: number | undefined): number {
  return best === undefined ? Number.POSITIVE_INFINITY : startUp[name] + Math.min(5 * best, 2 * best + 500);
}

async function findBatchSize(loaded: LoadedModel): Promise<number> {
  const fixed = loaded.inputs[0]?.shape[0];
  if (fixed) return fixed;
  const alone = await timeWarm(() => loaded.run(madeUpFeeds(loaded.inputs, 1)));
  return Math.min(mostExamples, Math.max(1, Math.round(batchMs / alone)));
}

async function timeWarm(run: () => Promise<unknown>): Promise<number> {
  await run();
  return timeRepeats(repeats, budget, async () => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  });
}

/** Examples with their labels, each another class than the one before. */
async function madeUpBatch(loaded: LoadedModel, feeds: readonly InputBatch[], classes: number): Promise<TrainingBatch> {
  const head = findHead(await loaded.run(feeds), classes);
  const { values, shape } = feeds[0] as InputBatch;
  const labels = new Float32Array((shape[0] as number) * head.classes);
  for (let i = 0; i < (shape[0] as number); i++) labels[i * head.classes + (i % head.classes)] = 1;
  return { values, shape, targets: { labels } };
}
