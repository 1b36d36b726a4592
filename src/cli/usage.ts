import { InvalidArgumentError } from "commander";
import { SecateurError } from "../pruning/errors.ts";

/** The command line asks for something that cannot be meant: exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A whole number from 1 up, for commander. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It is a whole number from 1 up.");
  return value;
}

/** Turns a recipe's faults into wrong usage, where the recipe came from the command line. */
export function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (SecateurError.is(error, "bad-recipe")) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
