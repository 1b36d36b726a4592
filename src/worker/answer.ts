import { ErrorCodes, ResponseError } from "vscode-jsonrpc";
import type { WorkerFailure } from "../protocol/worker.ts";
import { reasonOf, SecateurError } from "../pruning/errors.ts";

/** Runs a handler; what it throws becomes a typed error: code, one sentence, details for the log. */
export async function answer<T>(handler: () => Promise<T>): Promise<T | ResponseError<WorkerFailure>> {
  try {
    return await handler();
  } catch (error) {
    const failure = failureOf(error);
    return new ResponseError(ErrorCodes.InternalError, failure.message, failure);
  }
}

/** Any error as plain data; one that nobody foresaw keeps its stack as details. */
export function failureOf(error: unknown): WorkerFailure {
  const details = [
    SecateurError.is(error) ? error.details : undefined,
    error instanceof Error ? error.stack : undefined,
  ].filter(Boolean);
  return {
    code: SecateurError.is(error) ? error.code : "internal",
    message: SecateurError.is(error) ? error.message : `Something went wrong inside Secateur: ${reasonOf(error)}.`,
    ...(details.length > 0 && { details: details.join("\n") }),
  };
}
