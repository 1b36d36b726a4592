import * as tf from "@tensorflow/tfjs-core";
import { reasonOf, SecateurError } from "../errors.ts";
import type { BackendOpener, Log, OpenBackend } from "./backend.ts";
import { openCpu } from "./cpu.ts";
import { type BackendName, type BackendSettings, backendNames, type Engine } from "./engine.ts";
import { loadAblation, loadModel, loadProbe, loadTrainer } from "./load.ts";
import { openTfjsNode } from "./tfjsNode.ts";
import { registerGradients } from "./training/gradients.ts";
import { openWasm } from "./wasm/open.ts";
import { openWebGpu } from "./webgpu/open.ts";

export interface EngineOptions extends BackendSettings {
  /** `auto` takes the best backend that opens; a name takes that one or fails. */
  readonly backend: "auto" | BackendName;
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
export async function openEngine({ backend, log = () => {}, ...options }: EngineOptions): Promise<Engine> {
  if (current) throw new SecateurError("internal", "An engine is open already; dispose of it before opening another.");
  // Production mode stops tfjs from printing advice, such as to install tfjs-node.
  tf.enableProdMode();
  const passedOver: string[] = [];
  for (const name of backend === "auto" ? backendNames : [backend]) {
    try {
      const opened = await openers[name]({ ...options, asked: backend !== "auto", log });
      // Last, for tfjs-node brings a tfjs-core of its own, which registers all of its gradients again.
      registerGradients();
      log(`TensorFlow.js runs on ${name} (${opened.detail}).`);
      return keep(engineOn(name, opened, passedOver, log));
    } catch (error) {
      const why = asBackendError(error, name);
      if (backend !== "auto") throw why;
      log(why.message);
      passedOver.push(why.message);
    }
  }
  throw new SecateurError("backend", `No backend of TensorFlow.js could be opened: ${passedOver.join(" ")}`);
}

function engineOn(name: BackendName, opened: OpenBackend, passedOver: readonly string[], log: Log): Engine {
  return {
    backend: { name, detail: opened.detail, passedOver },
    load: (model) => loadModel(model, opened, log),
    train: (model, options) => loadTrainer(model, options, opened, log),
    probe: (model, classes) => loadProbe(model, classes, opened, log),
    ablate: (model, head) => loadAblation(model, head, opened),
    dispose() {
      opened.dispose();
      current = undefined;
    },
  };
}

function keep(engine: Engine): Engine {
  current = engine;
  return engine;
}

function asBackendError(error: unknown, name: BackendName): SecateurError {
  if (SecateurError.is(error, "backend")) return error;
  const details = error instanceof Error ? error.stack : undefined;
  return new SecateurError("backend", `The ${name} backend could not be opened: ${reasonOf(error)}`, details, {
    cause: error,
  });
}
