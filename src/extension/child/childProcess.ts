import { fork, type ChildProcess as NodeChild } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { SecateurError } from "../../pruning/errors.ts";

export type LogLine = (level: "info" | "warn" | "error", message: string) => void;

/** A forked script whose output goes to a log and whose end fails whatever still waits for it. */
export class ChildProcess {
  readonly process: NodeChild;
  readonly #ended: Promise<never>;
  #disposed = false;

  constructor(script: string, log: LogLine) {
    this.process = fork(script, [], {
      execArgv: [],
      env: childEnvironment(process.env),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    eachLine(this.process.stdout, (line) => log("info", line));
    eachLine(this.process.stderr, (line) => log("warn", line));
    this.#ended = new Promise((_, reject) => {
      this.process.once("error", (error) => reject(startFailure(error)));
      this.process.once("exit", (code, signal) => {
        if (!this.#disposed) log("error", `The pruning process ended ${howItEnded(code, signal)}.`);
        reject(crash(code, signal));
      });
    });
    // Nobody may be waiting when the child ends; that is no unhandled rejection.
    this.#ended.catch(() => {});
  }

  /** `work`, or a rejection as soon as the child ends. */
  orEnd<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended]);
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }

  dispose(): void {
    this.#disposed = true;
    this.kill();
  }
}

/**
 * The environment of the editor without what would change how Node starts: VS Code's debugger sets NODE_OPTIONS,
 * and its extension host variables mean nothing to another program.
 */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => name !== "NODE_OPTIONS" && !/^(VSCODE|ELECTRON)_/.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: "1" };
}

function howItEnded(code: number | null, signal: string | null): string {
  return signal === null ? `with exit code ${code}` : `by signal ${signal}`;
}

function crash(code: number | null, signal: string | null): SecateurError {
  return new SecateurError(
    "internal",
    `The pruning process ended unexpectedly ${howItEnded(code, signal)}; trials it had finished are kept, so look at the log and run again.`,
  );
}

function startFailure(error: Error): SecateurError {
  return new SecateurError(
    "internal",
    `The pruning process could not be started (${error.message}); reinstall the extension if this stays.`,
    error.stack,
  );
}

function eachLine(stream: Readable | null, use: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", use);
}
