import * as tf from "@tensorflow/tfjs-core";
import { throwIfCancelled } from "../errors.ts";
import type { Log, OpenBackend } from "./backend.ts";
import type { BackendChoice, BackendName, BackendTiming, Workload } from "./engine.ts";
import { type Timed, timeBackend } from "./timing.ts";

/** A backend that is open. */
export interface Candidate {
  readonly name: BackendName;
  readonly backend: OpenBackend;
}

/** A later candidate must be faster by more than two measurements of the same thing differ. */
const clearlyFaster = 0.9;

/**
 * Keeps the backend that is fastest at a workload: at a training step where it trains, else at a forward pass. The
 * others are given back, each as soon as it has lost. The winner is the active one.
 * @param candidates at least one; the first wins where nothing can be timed
 * @throws SecateurError `cancelled`; none is open then
 */
export async function chooseBackend(
  candidates: readonly [Candidate, ...Candidate[]],
  workload: Workload,
  { log, signal }: { readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<{ winner: Candidate; choice: BackendChoice }> {
  const timings: BackendTiming[] = [];
  let best: (Timed & { readonly candidate: Candidate }) | undefined;
  const open = new Set(candidates);
  const drop = (candidate: Candidate) => {
    open.delete(candidate);
    candidate.backend.dispose();
  };
  try {
    for (const candidate of candidates) {
      throwIfCancelled(signal);
      await tf.setBackend(candidate.name);
      const { name, backend } = candidate;
      const timed = await timeBackend(name, backend, workload, best, log);
      timings.push(timed.timing);
      if (!best || isFaster(timed.timing, best.timing, workload)) {
        if (best) drop(best.candidate);
        best = { candidate, ...timed };
      } else {
        drop(candidate);
      }
    }
  } catch (error) {
    for (const candidate of open) drop(candidate);
    throw error;
  }
  const winner = best?.candidate ?? candidates[0];
  await tf.setBackend(winner.name);
  return { winner, choice: { batchSize: best?.batchSize ?? 0, timings } };
}

function isFaster(timing: BackendTiming, best: BackendTiming, { training }: Workload): boolean {
  const took = ({ forwardMs, stepMs }: BackendTiming) => (training ? stepMs : forwardMs) ?? Number.POSITIVE_INFINITY;
  return took(timing) < clearlyFaster * took(best);
}
