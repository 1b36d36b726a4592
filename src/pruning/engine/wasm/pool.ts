import { Worker } from "node:worker_threads";
import { SecateurError } from "../../errors.ts";

// What main thread and workers share is a list of integers. A job is open while its operands stand there; whoever
// finds it open counts itself in, takes items until there are none, and counts itself out.
const places = { open: 0, job: 1, next: 2, inside: 3, failed: 4, kernel: 5, items: 6, count: 7, operands: 8 } as const;
const longest = 64;

/**
 * How often a thread looks again before it sleeps: about 0.1 ms. Waking takes as long, and the next kernel of a model
 * seldom comes later.
 */
const looks = 20_000;

/** What a worker runs. As text, since it has to be there bundled or not, and needs nothing but Node. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, memory, control, thread, places, looks } = workerData;
const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
parentPort.postMessage("ready");
for (let job = 0; ; ) {
  for (let i = 0; i < looks && Atomics.load(control, places.job) === job; i++);
  Atomics.wait(control, places.job, job);
  job = Atomics.load(control, places.job);
  Atomics.add(control, places.inside, 1);
  try {
    if (Atomics.load(control, places.open) === 1) {
      const kernel = kernels[control[places.kernel]];
      const operands = control.slice(places.operands, places.operands + control[places.count]);
      for (let item; (item = Atomics.add(control, places.next, 1)) < control[places.items]; ) {
        kernel(...operands, item, thread);
      }
    }
  } catch {
    Atomics.store(control, places.failed, 1);
  }
  if (Atomics.sub(control, places.inside, 1) === 1) Atomics.notify(control, places.inside);
}`;

/** Threads that run the functions of one WASM module, the calling thread among them. */
export interface Pool {
  readonly threads: number;
  /**
   * Runs one function for each item, on whichever threads are free, and waits for all of them.
   * @param kernel the function's number among the module's exports
   * @param operands what every item gets; behind them come the item's number and the thread's
   */
  run(kernel: number, items: number, operands: readonly number[]): void;
  stop(): void;
}

/**
 * Starts a pool. Its workers never keep the process alive.
 * @param threads including the calling one
 * @throws Error when a worker does not start
 */
export async function startPool(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  threads: number,
): Promise<Pool> {
  const module = await WebAssembly.compile(bytes);
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = Object.values(instance.exports) as ((...operands: number[]) => void)[];
  const control = new Int32Array(new SharedArrayBuffer(longest * Int32Array.BYTES_PER_ELEMENT));
  const workers: Worker[] = [];
  const stop = () => {
    for (const worker of workers) void worker.terminate();
  };
  try {
    for (let thread = 1; thread < threads; thread++) {
      workers.push(new Worker(program, { eval: true, workerData: { module, memory, control, thread, places, looks } }));
    }
    await Promise.all(workers.map(ready));
  } catch (error) {
    stop();
    throw error;
  }

  function shareOut(kernel: (...operands: number[]) => void, items: number, operands: readonly number[]): void {
    control.set(operands, places.operands);
    control[places.count] = operands.length;
    control[places.items] = items;
    control[places.next] = 0;
    Atomics.store(control, places.open, 1);
    Atomics.add(control, places.job, 1);
    Atomics.notify(control, places.job);
    try {
      for (let item = take(); item < items; item = take()) kernel(...operands, item, 0);
    } finally {
      Atomics.store(control, places.open, 0);
      for (let i = 0; i < looks && workersInside() > 0; i++);
      for (let inside = workersInside(); inside > 0; inside = workersInside()) {
        Atomics.wait(control, places.inside, inside);
      }
    }
    if (control[places.failed] === 1) throw new SecateurError("internal", "A thread of the WASM backend broke down.");
  }
  const take = () => Atomics.add(control, places.next, 1);
  const workersInside = () => Atomics.load(control, places.inside);

  return {
    threads,
    run(index, items, operands) {
      const kernel = kernels[index] as (typeof kernels)[number];
      if (items > 1 && workers.length > 0) {
        control[places.kernel] = index;
        shareOut(kernel, items, operands);
      } else for (let item = 0; item < items; item++) kernel(...operands, item, 0);
    },
    stop,
  };
}

/** Settles when a worker runs, or could not be started; from then on it does not keep the process alive. */
function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.unref();
      resolve();
    });
    worker.once("error", reject);
  });
}
