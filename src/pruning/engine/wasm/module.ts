import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { maximalPages } from "./code/module.ts";
import { threadsFor } from "./thread.ts";

/** What the backend needs of the module. */
type TfjsModule = Extract<BackendWasm["wasm"], { PThread: object }>;

/** What Emscripten's glue makes of the WASM binary. */
type EmscriptenModule = TfjsModule & {
  cwrap(name: string, result: string | null, parameters: readonly string[]): never;
  readonly PThread: { readonly unusedWorkers: unknown[] };
};

type Imports = WebAssembly.Imports & { readonly env: Record<string, WebAssembly.ImportValue> };

/** XNNPACK and tfjs's C++ kernels, running. */
export interface Module {
  readonly wasm: TfjsModule;
  readonly memory: WebAssembly.Memory;
  /** Ends its threads. */
  end(): void;
}

const name = "tfjs-backend-wasm-threaded-simd";

/** Memory in pages of 64 KB to begin with; it grows. */
const initialPages = 256;

/** Longest that threads may take to start, in ms. */
const patience = 10_000;

/**
 * Starts the threaded build of @tensorflow/tfjs-backend-wasm, which the package itself starts in browsers only.
 *
 * The glue that Emscripten made for it takes what it finds under the names of globals, and does several things to
 * the whole process: it makes every unhandled rejection of anybody's code fatal, and sets `globalThis.Worker`. So it
 * is run as a function that gets those names as parameters, and touches nothing outside.
 * @param threads including the calling one
 * @param print told what the C++ code prints
 * @throws Error when it does not start
 */
export async function startModule(threads: number, print: (message: string) => void): Promise<Module> {
  const folder = binariesFolder();
  const glue = join(folder, `${name}.js`);
  const [source, workerSource, binary] = await Promise.all([
    readFile(glue, "utf8"),
    readFile(join(folder, `${name}.worker.js`), "utf8"),
    readFile(join(folder, `${name}.wasm`)),
  ]);
  const { Thread, failure, end } = threadsFor(workerProgram(workerSource), threads === 1);
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximalPages, shared: true });
  const factory = runGlue(source, { path: glue, folder, Thread });
  const started = new Promise<EmscriptenModule>((resolve, reject) => {
    const settings = {
      mainScriptUrlOrBlob: glue,
      wasmMemory: memory,
      print,
      printErr: print,
      locateFile: (file: string) => join(folder, file),
      instantiateWasm(imports: Imports, receive: (...made: unknown[]) => void) {
        // The C++ code takes half the cores at most; the glue makes eight workers, however many are wanted.
        imports.env.emscripten_num_logical_cores = () => 2 * threads;
        (this as unknown as EmscriptenModule).PThread.unusedWorkers.length = Math.max(1, threads - 1);
        WebAssembly.instantiate(binary, imports)
          .then(({ instance, module }) => receive(instance, module))
          .catch(reject);
        return {};
      },
    };
    factory(settings).then(resolve, reject);
  });
  try {
    const wasm = await Promise.race([started, failure, tooLate()]);
    wasm.tfjs = boundTo(wasm);
    return { wasm, memory, end };
  } catch (error) {
    end();
    throw error;
  }
}

type Factory = (settings: object) => Promise<EmscriptenModule>;

/** Runs the glue, which defines a function that starts the module. */
function runGlue(source: string, { path, folder, Thread }: { path: string; folder: string; Thread: unknown }): Factory {
  const module = { exports: {} };
  const { versions, hrtime } = process;
  const names = {
    ...{ module, exports: module.exports, require: createRequire(path), __filename: path, __dirname: folder },
    // As much of it as the glue needs, without its events.
    process: { versions, hrtime, argv: [], on() {}, listeners: () => [], removeListener() {} },
    global: {},
    Worker: Thread,
  };
  compileFunction(source, Object.keys(names), { filename: path })(...Object.values(names));
  return module.exports as Factory;
}

/** Bundled, the binaries lie in dist/wasm, beside the entry or one folder up from its chunks; else in the package. */
function binariesFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = [join(here, "wasm"), join(here, "..", "wasm")].find((folder) =>
    existsSync(join(folder, `${name}.wasm`)),
  );
  if (bundled !== undefined) return bundled;
  const packageJson = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");
  return join(dirname(packageJson), "wasm-out");
}

/** The file holds the worker's program as a string, in a template whose escapes are the program's own. */
function workerProgram(source: string): string {
  const holder = { exports: { wasmWorkerContents: "" } };
  compileFunction(source, ["module"])(holder);
  return holder.exports.wasmWorkerContents.replaceAll("\n", "\\n");
}

/** The C++ functions that the backend calls, under the names it knows. */
function boundTo({ cwrap }: EmscriptenModule): TfjsModule["tfjs"] {
  return {
    init: cwrap("init", null, []),
    initWithThreadsCount: cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: cwrap("get_threads_count", "number", []),
    registerTensor: cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: cwrap("dispose_data", null, ["number"]),
    dispose: cwrap("dispose", null, []),
  };
}

function tooLate(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`it did not start within ${patience / 1000} s`)), patience).unref();
  });
}
