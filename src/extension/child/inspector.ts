import type { FiltersParams, InspectParams, KernelParams } from "../../protocol/worker.ts";
import { SecateurError } from "../../pruning/errors.ts";
import type { FilterInspection, Inspection } from "../../pruning/metrics/inspection.ts";
import type { KernelMap } from "../../pruning/metrics/kernelMap.ts";
import type { WorkerClient } from "./workerClient.ts";

/** How long a child that nobody asks anything keeps its model, in ms. */
const patience = 30_000;

/** The child that has a model open. */
interface Open {
  readonly model: string;
  readonly worker: Promise<WorkerClient>;
  /** How many questions it has not answered. */
  waiting: number;
  closing?: NodeJS.Timeout | undefined;
}

/**
 * Asks a child process about one model at a time. The child reads the model once, and ends when nothing has been asked
 * for a while, or when another model is asked about: then nobody waits for what the first had left to say.
 */
export class Inspector {
  readonly #start: () => Promise<WorkerClient>;
  readonly #patience: number;
  #open: Open | undefined;

  /** @param start gives a child of its own */
  constructor(start: () => Promise<WorkerClient>, idle: number = patience) {
    this.#start = start;
    this.#patience = idle;
  }

  /** @throws SecateurError as the model's reader threw it, `cancelled`, or `internal` when the child has ended */
  inspect(params: InspectParams, signal?: AbortSignal): Promise<Inspection> {
    return this.#ask(params.model, (worker) => worker.inspect(params, signal));
  }

  /** The filters of a layer, most important first. @throws SecateurError as `inspect` */
  filters(params: FiltersParams, signal?: AbortSignal): Promise<readonly FilterInspection[]> {
    return this.#ask(params.model, (worker) => worker.filters(params, signal));
  }

  /** The weights of a filter, as a small picture has them. @throws SecateurError as `inspect` */
  kernel(params: KernelParams): Promise<KernelMap | null> {
    return this.#ask(params.model, (worker) => worker.kernel(params));
  }

  /** Ends the child, with whatever it is doing; the next question starts another, which reads the model anew. */
  close(): void {
    if (this.#open) end(this.#open);
    this.#open = undefined;
  }

  dispose(): void {
    this.close();
  }

  async #ask<T>(model: string, question: (worker: WorkerClient) => Promise<T>): Promise<T> {
    if (this.#open?.model !== model) this.close();
    this.#open ??= { model, worker: this.#start(), waiting: 0 };
    const open = this.#open;
    clearTimeout(open.closing);
    open.waiting++;
    try {
      return await question(await open.worker);
    } catch (error) {
      const isItsOwn = SecateurError.is(error) && error.code !== "internal" && error.code !== "cancelled";
      // It has crashed, or goes on with what nobody waits for: a new one costs little.
      if (!isItsOwn && this.#open === open) this.close();
      throw error;
    } finally {
      open.waiting--;
      if (this.#open === open && open.waiting === 0) {
        open.closing = setTimeout(() => this.#open === open && this.close(), this.#patience);
      }
    }
  }
}

function end({ worker, closing }: Open): void {
  clearTimeout(closing);
  // One that never started has told whoever asked.
  worker.then((client) => client.dispose()).catch(() => {});
}
