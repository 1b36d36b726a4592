import * as vscode from "vscode";
import type { RunResult } from "../protocol/worker.ts";
import { SecateurError } from "../pruning/errors.ts";
import { newRunFolder } from "../pruning/runs/folder.ts";
import type { RunListener, WithWorker } from "./child/workerClient.ts";
import { Owner } from "./disposable.ts";
import { contextKeys } from "./ids.ts";
import type { RunStore } from "./runs/store.ts";
import { text } from "./text.ts";
import { TurnTaking } from "./turns.ts";

interface Titled {
  /** Short name for people and for the folder. */
  readonly title: string;
  /** The folder that holds the run's folder. */
  readonly runsFolder: string;
}

/** A recipe to execute, and where. */
export interface NewRun extends Titled {
  readonly recipe: unknown;
  /** Folder that the recipe's paths are relative to. */
  readonly base: string;
}

/** A run to take up again. */
export interface BrokenRun extends Titled {
  readonly folder: string;
}

export type JobRequest = NewRun | BrokenRun;

/** A run that goes or waits for its turn. */
export interface Job {
  readonly title: string;
  /** Its run folder; of a new run, once its turn has come. */
  folder?: string;
  /** 0 to 1. */
  fraction: number;
  cancel(): void;
}

/**
 * The runs this window has started. They go one at a time, for two at once would spoil each other's latencies and
 * share memory that a large model needs for itself; the others wait their turn. One run, one child process.
 */
export class Jobs extends Owner {
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #jobs = new Set<Job>();
  readonly #turns = new TurnTaking();
  readonly #store: RunStore;
  readonly #withWorker: WithWorker;
  readonly #warn: (sentence: string) => void;

  /** @param warn shows a person what a run says should be known before it is done */
  constructor(store: RunStore, withWorker: WithWorker, warn: (sentence: string) => void) {
    super();
    this.#store = store;
    this.#withWorker = withWorker;
    this.#warn = warn;
    this.own(this.onDidChange(() => this.#publish()));
    this.own({ dispose: () => this.#cancelAll() });
  }

  /** In the order they were started: the first is going, the others wait. */
  get jobs(): readonly Job[] {
    return [...this.#jobs];
  }

  /** The job whose run folder this is. */
  of(folder: string): Job | undefined {
    return this.jobs.find((job) => job.folder === folder);
  }

  /**
   * Executes a recipe, or takes up a run, with a notification that shows progress and cancels.
   * @throws SecateurError as the runner threw it; `cancelled` when it never began or had to be killed
   */
  async start(request: JobRequest): Promise<RunResult> {
    const abort = new AbortController();
    const job: Job = { title: request.title, fraction: 0, cancel: () => abort.abort() };
    if ("folder" in request) job.folder = request.folder;
    this.#jobs.add(job);
    this.#changed.fire();
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: text.pruning(request.title),
      cancellable: true,
    };
    try {
      return await vscode.window.withProgress(options, async (progress, token) => {
        token.onCancellationRequested(() => abort.abort());
        if (this.#jobs.size > 1) progress.report({ message: text.waitingForTurn });
        return await this.#turns.take(abort.signal, () => this.#run(request, job, progress, abort.signal));
      });
    } finally {
      this.#jobs.delete(job);
      this.#changed.fire();
      await this.#store.refresh();
    }
  }

  async #run(
    request: JobRequest,
    job: Job,
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    signal: AbortSignal,
  ): Promise<RunResult> {
    if (signal.aborted) throw new SecateurError("cancelled", text.cancelled);
    progress.report({ message: text.starting });
    const touch = () => this.#store.touch();
    const listener: RunListener = {
      runChanged: touch,
      trial: touch,
      warning: this.#warn,
      progress: ({ fraction, message }) => {
        progress.report({ message: text.progress(fraction, message), increment: (fraction - job.fraction) * 100 });
        job.fraction = fraction;
        this.#changed.fire();
      },
    };
    return await this.#withWorker((worker) => {
      if ("folder" in request) return worker.resume({ folder: request.folder }, listener, signal);
      const { recipe, base, runsFolder, title } = request;
      job.folder = newRunFolder(runsFolder, title, new Date());
      return worker.run({ recipe, base, folder: job.folder }, listener, signal);
    });
  }

  #cancelAll(): void {
    for (const job of this.#jobs) job.cancel();
  }

  #publish(): void {
    void vscode.commands.executeCommand("setContext", contextKeys.running, this.#jobs.size > 0);
  }
}
