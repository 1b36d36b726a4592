import { InvalidArgumentError, Option } from "commander";
import { SecateurError } from "../pruning/errors.ts";

/** The command line asks for something that cannot be meant: exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a folder of data may hold, for help. */
export const dataFormats = "PNG or JPEG files, one folder a class, or IDX (MNIST) or CIFAR-10 binary files";

/** A whole number from 1 up, for commander. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It is a whole number from 1 up.");
  return value;
}

/** `--threads`, of every command that computes. */
export const threadsOption = (): Option =>
  new Option(
    "--threads <n>",
    "threads that the WASM backend computes on (default: one for each core, up to four)",
  ).argParser(wholeNumber);

/** Turns a recipe's faults into wrong usage, where the recipe came from the command line. */
export function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (SecateurError.is(error, "bad-recipe")) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
