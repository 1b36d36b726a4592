import * as tf from "@tensorflow/tfjs-core";
import { reasonOf, SecateurError } from "../errors.ts";
import type { BackendOpener, Log } from "./backend.ts";
import { type Candidate, chooseBackend } from "./choose.ts";
import { openCpu } from "./cpu.ts";
import {
  type BackendName,
  type BackendReport,
  type BackendSettings,
  backendNames,
  type Engine,
  type Workload,
} from "./engine.ts";
import { loadAblation, loadModel, loadProbe, loadTrainer } from "./load.ts";
import { openTfjsNode } from "./tfjsNode.ts";
import { registerGradients } from "./training/gradients.ts";
import { openWasm } from "./wasm/open.ts";
import { openWebGpu } from "./webgpu/open.ts";

export interface EngineOptions extends BackendSettings {
  /** `auto` takes the best backend that opens; a name takes that one or fails. */
  readonly backend: "auto" | BackendName;
  /** What `auto` is to be fast at; left out, it takes the first that opens. */
  readonly workload?: Workload | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log;
}

const openers: Record<BackendName, BackendOpener> = {
  tensorflow: openTfjsNode,
  webgpu: openWebGpu,
  wasm: openWasm,
  cpu: openCpu,
};

/** TensorFlow.js keeps one active backend per process, and so do we. */
let current: Engine | undefined;

/**
 * Opens a backend of TensorFlow.js. One engine can be open at a time in a process.
 * @throws SecateurError `backend` when the one asked for, or with `auto` every one, cannot be opened
 */
export async function openEngine({ log = () => {}, ...options }: EngineOptions): Promise<Engine> {
  if (current) throw new SecateurError("internal", "An engine is open already; dispose of it before opening another.");
  // Production mode stops tfjs from printing advice, such as to install tfjs-node.
  tf.enableProdMode();
  const { candidates, passedOver } = await openCandidates({ ...options, log });
  const [first, ...others] = candidates;
  if (!first) {
    throw new SecateurError("backend", `No backend of TensorFlow.js could be opened: ${passedOver.join(" ")}`);
  }
  const { workload, signal } = options;
  const chosen =
    workload && others.length > 0 ? await chooseBackend([first, ...others], workload, { log, signal }) : undefined;
  const winner = chosen?.winner ?? first;
  const { detail } = winner.backend;
  current = engineOn(winner, { name: winner.name, detail, passedOver, ...(chosen && { choice: chosen.choice }) }, log);
  return current;
}

/** The one asked for; with `auto` the first that opens or, where there is a workload to choose by, all that open. */
async function openCandidates({
  backend,
  workload,
  log,
  ...settings
}: EngineOptions & { readonly log: Log }): Promise<{ candidates: Candidate[]; passedOver: string[] }> {
  const candidates: Candidate[] = [];
  const passedOver: string[] = [];
  const asked = backend !== "auto";
  for (const name of asked ? [backend] : backendNames) {
    if (candidates.length > 0 && !workload) break;
    try {
      candidates.push({ name, backend: await openers[name]({ ...settings, asked, log }) });
    } catch (error) {
      const why = asBackendError(error, name);
      if (asked) throw why;
      log(why.message);
      passedOver.push(why.message);
    }
  }
  // Last, for tfjs-node brings a tfjs-core of its own, which registers all of its gradients again.
  registerGradients();
  return { candidates, passedOver };
}

function engineOn({ backend }: Candidate, report: BackendReport, log: Log): Engine {
  return {
    backend: report,
    load: (model) => loadModel(model, backend, log),
    train: (model, options) => loadTrainer(model, options, backend, log),
    probe: (model, classes) => loadProbe(model, classes, backend, log),
    ablate: (model, head) => loadAblation(model, head, backend),
    dispose() {
      backend.dispose();
      current = undefined;
    },
  };
}

function asBackendError(error: unknown, name: BackendName): SecateurError {
  if (SecateurError.is(error, "backend")) return error;
  const details = error instanceof Error ? error.stack : undefined;
  return new SecateurError("backend", `The ${name} backend could not be opened: ${reasonOf(error)}`, details, {
    cause: error,
  });
}
