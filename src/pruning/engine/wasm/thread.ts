import { Worker } from "node:worker_threads";

/** What Emscripten's glue sends to a worker before it gives it anything to do. */
interface Message {
  readonly cmd: string;
}

/**
 * The `Worker` that Emscripten's glue finds: Node's own, but it starts with its first message, reports to the glue as
 * a browser's would, and never keeps the process alive.
 */
export type ThreadClass = new () => {
  postMessage(message: Message): void;
  terminate(): void;
};

/** The workers of one module, so that they can be ended together. */
export interface Threads {
  readonly Thread: ThreadClass;
  /** Rejects when a worker breaks down. */
  readonly failure: Promise<never>;
  end(): void;
}

/**
 * @param program what a worker runs, as text
 * @param alone true where the glue is to think that it has a worker, but never uses it
 */
export function threadsFor(program: string, alone: boolean): Threads {
  const workers: Worker[] = [];
  let fail: (error: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => {});

  class Thread {
    /** Set by the glue. */
    onmessage: (event: { data: Message }) => void = () => {};
    #worker: Worker | undefined;

    postMessage(message: Message): void {
      if (alone) {
        queueMicrotask(() => this.onmessage({ data: { cmd: "loaded" } }));
        return;
      }
      this.#worker ??= this.#start();
      this.#worker.postMessage(message);
    }

    #start(): Worker {
      const worker = new Worker(program, { eval: true });
      workers.push(worker);
      worker.on("message", (data: Message) => {
        if (data.cmd === "loaded") worker.unref();
        this.onmessage({ data });
      });
      worker.on("error", fail);
      return worker;
    }

    terminate(): void {
      void this.#worker?.terminate();
    }

    // The glue would hear each message twice, and keep the process alive for a thread that waits.
    on(): void {}
    ref(): void {}
    unref(): void {}
  }

  return {
    Thread,
    failure,
    end() {
      for (const worker of workers) void worker.terminate();
    },
  };
}
