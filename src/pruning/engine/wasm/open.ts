import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../../errors.ts";
import type { BackendOpener, Log } from "../backend.ts";
import { guardMemory } from "./memory.ts";
import { repairKernels } from "./repairs.ts";

type Factory = () => Promise<BackendWasm>;

/** XNNPACK on one thread, with the faults of tfjs 4.22 that touch inference repaired or refused. */
export const openWasm: BackendOpener = async ({ log }) => {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(binariesFolder() + sep);
  const stock = tf.findBackendFactory("wasm") as Factory;
  const faults: string[] = [];
  let failure: unknown = new Error("it did not start");
  register(async () => {
    try {
      return await start(stock, faults, log);
    } catch (error) {
      failure = error;
      throw error;
    }
  });
  const restoreKernels = repairKernels();
  // Leaves the package as it was found; the next to open gets a module of its own, with an empty heap.
  const dispose = () => {
    restoreKernels();
    register(stock);
  };
  if (!(await tf.setBackend("wasm"))) {
    dispose();
    // The package rejects with a plain object.
    throw failure instanceof Error ? failure : new Error(Object(failure).message ?? String(failure));
  }
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return {
    detail: `${simd ? "SIMD" : "no SIMD"}, 1 thread`,
    verify() {
      const fault = faults.shift();
      if (fault) throw new SecateurError("backend", `The WASM backend failed: ${fault}`);
    },
    dispose,
  };
};

function register(factory: Factory): void {
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", factory);
}

/** Bundled, the binaries lie in dist/wasm, beside the entry or one folder up from its chunks; else in the package. */
function binariesFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = [join(here, "wasm"), join(here, "..", "wasm")].find((folder) =>
    existsSync(join(folder, "tfjs-backend-wasm.wasm")),
  );
  return bundled ?? dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
}

/**
 * Starts the WASM module. Emscripten's glue does two things to the whole process when it starts: it makes every
 * unhandled rejection of anybody's code fatal, which is undone; and it binds `console.warn` for what its C++ code
 * prints, which is how that code tells of operators it could not build, where tfjs goes on with garbage.
 */
async function start(stock: Factory, faults: string[], log: Log): Promise<BackendWasm> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  const warn = console.warn;
  console.warn = (...parts: unknown[]) => {
    const message = parts.join(" ");
    log(message);
    if (message.startsWith("XNN status")) faults.push(message);
  };
  try {
    const backend = await stock();
    guardMemory(backend);
    // Its own way to dispose walks the heap, which a crash may have left in ruins; the heap goes anyway.
    backend.dispose = () => {};
    return backend;
  } finally {
    console.warn = warn;
    for (const event of events) {
      for (const listener of process.rawListeners(event)) {
        if (!before.has(listener)) process.removeListener(event, listener as () => void);
      }
    }
  }
}
