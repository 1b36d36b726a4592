import * as vscode from "vscode";
import { type ErrorCode, reasonOf, SecateurError } from "../pruning/errors.ts";
import { Owner } from "./disposable.ts";
import { commands } from "./ids.ts";

/** A button of a message, and the command it runs. */
interface Step {
  readonly title: string;
  readonly command: string;
}

const showLog: Step = { title: "Show Log", command: commands.showLog };

/** What helps besides reading the log, by kind of error. */
const nextSteps: Partial<Record<ErrorCode, Step>> = {
  backend: { title: "Open Settings", command: commands.openSettings },
  "bad-data": { title: "Open Settings", command: commands.openSettings },
};

/** Raised when something needs a workspace that is trusted. */
export class NotTrusted extends Error {
  readonly step: Step = { title: "Manage Workspace Trust", command: "workbench.trust.manage" };
}

/** Tells people what went wrong: one sentence, a next step, and the log for the rest. */
export class Reporter extends Owner {
  readonly #reported = this.own(new vscode.EventEmitter<string>());
  /** The sentence of every error and warning shown. */
  readonly onDidReport = this.#reported.event;

  constructor(readonly log: vscode.LogOutputChannel) {
    super();
  }

  /** `act` as a command's handler: what it throws is shown, and the command answers undefined. */
  guard<Args extends unknown[], R>(act: (...args: Args) => Promise<R>): (...args: Args) => Promise<R | undefined> {
    return async (...args) => {
      try {
        return await act(...args);
      } catch (error) {
        this.report(error);
        return undefined;
      }
    };
  }

  /** Logs an error and shows it; a cancellation is neither. Does not wait for the person. */
  report(error: unknown): void {
    if (SecateurError.is(error, "cancelled") || error instanceof vscode.CancellationError) return;
    this.logError(error);
    const sentence = SecateurError.is(error) || error instanceof NotTrusted ? error.message : unexpected(error);
    this.#reported.fire(sentence);
    void offer(vscode.window.showErrorMessage, sentence, [...stepsFor(error), showLog]);
  }

  /** Shows what a person should know although nothing has failed. It is in the log already. */
  warn(sentence: string): void {
    this.#reported.fire(sentence);
    void offer(vscode.window.showWarningMessage, sentence, [showLog]);
  }

  /** Writes an error with all that is known of it, for whoever looks. */
  logError(error: unknown): void {
    this.log.error(reasonOf(error));
    if (SecateurError.is(error) && error.details) this.log.error(error.details);
    const stack = error instanceof Error && ((error.cause instanceof Error && error.cause.stack) || error.stack);
    if (stack) this.log.debug(stack);
  }
}

/** Shows a message with buttons and runs the command of the one that is pressed. */
export async function offer(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  steps: readonly (Step & { readonly arguments?: readonly unknown[] })[],
): Promise<void> {
  const pressed = await show(message, ...steps.map((step) => step.title));
  const step = steps.find((each) => each.title === pressed);
  if (step) await vscode.commands.executeCommand(step.command, ...(step.arguments ?? []));
}

function stepsFor(error: unknown): Step[] {
  if (error instanceof NotTrusted) return [error.step];
  const step = SecateurError.is(error) ? nextSteps[error.code] : undefined;
  return step ? [step] : [];
}

function unexpected(error: unknown): string {
  return `Something in Secateur went wrong (${reasonOf(error)}); the log tells more.`;
}
