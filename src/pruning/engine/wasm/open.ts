import { availableParallelism } from "node:os";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { reasonOf, SecateurError } from "../../errors.ts";
import type { BackendOpener, Log } from "../backend.ts";
import { repairKernels } from "../repairs.ts";
import { guardMemory } from "./memory.ts";
import { type Module, startModule } from "./module.ts";
import { Native } from "./native.ts";
import { wasmRepairs } from "./repairs.ts";

/** More threads than this are seldom worth their memory in networks small enough for a browser. */
const mostByDefault = 4;

/**
 * XNNPACK and kernels of our own on several threads, with the faults of tfjs 4.22 repaired or refused.
 * @throws SecateurError `backend` when the processor lacks SIMD
 */
export const openWasm: BackendOpener = async ({ log, threads = Math.min(availableParallelism(), mostByDefault) }) => {
  const { BackendWasm, setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) {
    throw new SecateurError("backend", "The WASM backend needs a processor with SIMD instructions.");
  }
  const faults: string[] = [];
  const print = (message: string) => {
    log(message);
    // How XNNPACK tells of operators it could not build, where tfjs goes on with garbage.
    if (message.startsWith("XNN status")) faults.push(message);
  };
  const construct = (module: Module, count: number) => {
    setThreadsCount(count);
    return new BackendWasm(module.wasm);
  };
  const started = await startAll(construct, threads, print, log);
  const restore = replaceBackend(started.backend);
  const restoreKernels = repairKernels("wasm", wasmRepairs(started.native));
  const dispose = () => {
    restoreKernels();
    restore();
    started.end();
  };
  if (!(await tf.setBackend("wasm"))) {
    dispose();
    throw new Error("it did not start");
  }
  const used = started.native.threads;
  return {
    detail: `SIMD, ${used} ${used === 1 ? "thread" : "threads"}`,
    verify() {
      const fault = faults.shift();
      if (fault) throw new SecateurError("backend", `The WASM backend failed: ${fault}`);
    },
    dispose,
  };
};

type Construct = (module: Module, threads: number) => BackendWasm;

interface Started {
  readonly backend: BackendWasm;
  readonly native: Native;
  /** Ends all threads. */
  end(): void;
}

/** With as many threads as wanted, or with one where more do not start. */
async function startAll(construct: Construct, threads: number, print: Log, log: Log): Promise<Started> {
  try {
    return await start(construct, threads, print);
  } catch (error) {
    if (threads === 1) throw error;
    log(`The WASM backend goes on with one thread: ${threads} could not be started (${reasonOf(error)}).`);
    return start(construct, 1, print);
  }
}

async function start(construct: Construct, threads: number, print: Log): Promise<Started> {
  const module = await startModule(threads, print);
  try {
    const backend = construct(module, threads);
    guardMemory(backend);
    // Its own way to dispose walks the heap, which a crash may have left in ruins; the heap goes anyway.
    backend.dispose = () => {};
    const native = await Native.start(module, backend, threads);
    return { backend, native, end: endOf(module, native) };
  } catch (error) {
    module.end();
    throw error;
  }
}

function endOf(module: Module, native: Native): () => void {
  return () => {
    native.stop();
    module.end();
  };
}

/** @returns leaves the package as it was found; the next to open gets a module of its own, with an empty heap */
function replaceBackend(backend: BackendWasm): () => void {
  const stock = tf.findBackendFactory("wasm");
  const register = (factory: typeof stock) => {
    tf.removeBackend("wasm");
    tf.registerBackend("wasm", factory);
  };
  register(() => backend);
  return () => register(stock);
}
