import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from "vscode-jsonrpc/node";
import {
  type FiltersParams,
  filtersRequest,
  type InitializeParams,
  type InspectParams,
  initializeRequest,
  inspectRequest,
  type KernelParams,
  kernelRequest,
  logNotification,
  type ProgressParams,
  progressNotification,
  protocolVersion,
  type ResumeParams,
  type RunParams,
  type RunResult,
  resumeRequest,
  runChangedNotification,
  runRequest,
  type TrialParams,
  trialNotification,
  type WorkerFailure,
} from "../../protocol/worker.ts";
import { type ErrorCode, SecateurError } from "../../pruning/errors.ts";
import type { FilterInspection, Inspection } from "../../pruning/metrics/inspection.ts";
import type { KernelMap } from "../../pruning/metrics/kernelMap.ts";
import { ChildProcess, type LogLine } from "./childProcess.ts";

export interface WorkerOptions {
  /** The worker's bundle. */
  readonly script: string;
  readonly backends: InitializeParams;
  /** Receives the child's log messages and every line it prints. */
  readonly log: LogLine;
  /** How long the child may take to answer the first message, in ms. */
  readonly startLimit?: number;
  /** How long a cancelled job may take to reach a safe point before the child is killed, in ms. */
  readonly grace?: number;
}

export interface RunListener {
  progress?(params: ProgressParams): void;
  runChanged?(folder: string): void;
  trial?(params: TrialParams): void;
  /** What a person should know before the run is done: a sentence. It is in the log too. */
  warning?(message: string): void;
}

/**
 * A child process that has answered the handshake, and the jobs it can do. Knows no VS Code. Whoever starts one
 * disposes it: `withWorker` does both.
 */
export class WorkerClient {
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #log: LogLine;
  readonly #grace: number;

  private constructor(child: ChildProcess, connection: MessageConnection, { log, grace = 5_000 }: WorkerOptions) {
    this.#child = child;
    this.#connection = connection;
    this.#log = log;
    this.#grace = grace;
  }

  /** @throws SecateurError `internal` when the child does not start, or speaks another version of the protocol */
  static async start(options: WorkerOptions): Promise<WorkerClient> {
    const child = new ChildProcess(options.script, options.log);
    const connection = createMessageConnection(
      new IPCMessageReader(child.process),
      new IPCMessageWriter(child.process),
      { error: (text) => options.log("error", text), warn: (text) => options.log("warn", text), info() {}, log() {} },
    );
    const client = new WorkerClient(child, connection, options);
    client.#tell({});
    connection.listen();
    try {
      await client.#initialize(options.backends, options.startLimit ?? 15_000);
      return client;
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  async #initialize(backends: InitializeParams, limit: number): Promise<void> {
    const { promise: late, cancel } = timeLimit(limit);
    try {
      const answer = await this.#child.orEnd(
        Promise.race([this.#connection.sendRequest(initializeRequest, backends), late]),
      );
      if (answer.protocolVersion !== protocolVersion)
        throw new SecateurError(
          "internal",
          "The pruning process is of another version than the extension; reload the window to start the new one.",
          `host speaks ${protocolVersion}, worker ${answer.protocolVersion}`,
        );
    } finally {
      cancel();
    }
  }

  /** @throws SecateurError as the model's reader threw it, or `cancelled` */
  inspect(params: InspectParams, signal?: AbortSignal): Promise<Inspection> {
    return this.#request((token) => this.#connection.sendRequest(inspectRequest, params, token), signal);
  }

  /** The filters of a layer, most important first. @throws SecateurError as `inspect` */
  filters(params: FiltersParams, signal?: AbortSignal): Promise<readonly FilterInspection[]> {
    return this.#request((token) => this.#connection.sendRequest(filtersRequest, params, token), signal);
  }

  /** The weights of a filter, as a small picture has them. @throws SecateurError as `inspect` */
  kernel(params: KernelParams, signal?: AbortSignal): Promise<KernelMap | null> {
    return this.#request((token) => this.#connection.sendRequest(kernelRequest, params, token), signal);
  }

  /**
   * Executes a recipe, telling the listener as it goes. After `signal` fires the run ends at its next safe point
   * with status `cancelled`; a child that finds none in time is killed.
   * @throws SecateurError as the runner threw it, `cancelled` when the child had to be killed for it
   */
  run(params: RunParams, listener: RunListener, signal?: AbortSignal): Promise<RunResult> {
    this.#tell(listener);
    return this.#request((token) => this.#connection.sendRequest(runRequest, params, token), signal);
  }

  /** Takes up a run that was broken off; as `run`. */
  resume(params: ResumeParams, listener: RunListener, signal?: AbortSignal): Promise<RunResult> {
    this.#tell(listener);
    return this.#request((token) => this.#connection.sendRequest(resumeRequest, params, token), signal);
  }

  #tell(listener: RunListener): void {
    this.#connection.onNotification(progressNotification, (progress) => listener.progress?.(progress));
    this.#connection.onNotification(runChangedNotification, ({ folder }) => listener.runChanged?.(folder));
    this.#connection.onNotification(trialNotification, (trial) => listener.trial?.(trial));
    this.#connection.onNotification(logNotification, ({ level, message }) => {
      this.#log(level, message);
      if (level === "warn") listener.warning?.(message);
    });
  }

  async #request<R>(send: (token: CancellationToken) => Promise<R>, signal?: AbortSignal): Promise<R> {
    const cancellation = new CancellationTokenSource();
    let killing: NodeJS.Timeout | undefined;
    const cancel = () => {
      cancellation.cancel();
      killing = setTimeout(() => this.#child.kill(), this.#grace);
    };
    if (signal?.aborted) throw new SecateurError("cancelled", "Cancelled.");
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await this.#child.orEnd(send(cancellation.token));
    } catch (error) {
      if (signal?.aborted) throw new SecateurError("cancelled", "Cancelled.", undefined, { cause: error });
      throw asSecateurError(error);
    } finally {
      clearTimeout(killing);
      signal?.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  }

  /** Process id of the child. */
  get pid(): number | undefined {
    return this.#child.process.pid;
  }

  dispose(): void {
    this.#connection.dispose();
    this.#child.dispose();
  }
}

/** Gives a job a child process of its own. */
export type WithWorker = <T>(job: (worker: WorkerClient) => Promise<T>) => Promise<T>;

/** Starts a child, hands it to `job`, and ends it whatever happens. */
export async function withWorker<T>(options: WorkerOptions, job: (worker: WorkerClient) => Promise<T>): Promise<T> {
  const worker = await WorkerClient.start(options);
  try {
    return await job(worker);
  } finally {
    worker.dispose();
  }
}

function asSecateurError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (error.code === ErrorCodes.PendingResponseRejected) {
    return new SecateurError("cancelled", "Cancelled.", "the child was no longer needed", { cause: error });
  }
  const failure = error.data as WorkerFailure | undefined;
  if (failure === undefined) return error;
  return new SecateurError(failure.code as ErrorCode, failure.message, failure.details, { cause: error });
}

function timeLimit(limit: number): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new SecateurError(
            "internal",
            `The pruning process did not answer within ${limit / 1000} s; look at the log for what it printed, and try again.`,
          ),
        ),
      limit,
    );
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
