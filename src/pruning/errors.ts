/** Why a job cannot go on. Codes are stable: adapters choose next steps by code, never by matching text. */
export type ErrorCode =
  | "bad-model" // a model.json or its weights cannot be read
  | "unsupported-model" // read, but TensorFlow.js cannot run it
  | "bad-data" // a dataset cannot be read, or does not fit the model
  | "bad-recipe" // a recipe or an option is not of its form
  | "bad-run" // a run folder cannot be read back
  | "bad-output" // the place to write to exists or refuses
  | "backend" // no backend could be opened, or it failed while running
  | "training" // a model cannot be trained, or its training came apart
  | "unequal" // a model made from another does not answer as it should
  | "cancelled"
  | "internal";

/**
 * An error a person can act on. `message` is one sentence: what, where (the file, layer or setting) and what
 * to do. `details` is for the log only.
 */
export class SecateurError extends Error {
  override readonly name = "SecateurError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Tells by name, not by class: what is imported late may, unbundled, bring another copy of this module. */
  static is(error: unknown, code?: ErrorCode): error is SecateurError {
    const named = error instanceof Error && error.name === "SecateurError";
    return named && (code === undefined || (error as SecateurError).code === code);
  }
}

/** The message of anything thrown, for putting inside a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws a `cancelled` error once the signal has fired. Call it at every safe point of a long loop. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SecateurError("cancelled", "Cancelled.");
}
