import { Command, CommanderError } from "commander";
import { reasonOf, SecateurError } from "../pruning/errors.ts";
import { secateurVersion } from "../pruning/runs/environment.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { expandCommand } from "./commands/expand.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { paretoCommand } from "./commands/pareto.ts";
import { pruneCommand } from "./commands/prune.ts";
import { runCommand } from "./commands/run.ts";
import { shrinkCommand } from "./commands/shrink.ts";
import { UsageError } from "./usage.ts";

const commands = [
  inspectCommand,
  pruneCommand,
  evaluateCommand,
  paretoCommand,
  runCommand,
  shrinkCommand,
  expandCommand,
];

/** 0 done, 1 the job failed, 2 wrong usage. */
type ExitStatus = 0 | 1 | 2;

/**
 * The terminal program. Results go to standard output, progress, logs and errors to standard error.
 * @param args without `node` and the script
 */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  // A reader such as `head` that has seen enough is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const program = new Command("secateur")
    .description("Prunes TensorFlow.js models.")
    .version(secateurVersion)
    .showHelpAfterError("(secateur --help lists the commands)");
  for (const make of commands) program.addCommand(make());
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** One sentence on standard error; for a fault of our own, its stack too. */
function report(error: unknown): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = SecateurError.is(error) || error instanceof UsageError;
  console.error(known ? `secateur: ${error.message}` : `secateur: something went wrong: ${reasonOf(error)}`);
  if (!known && error instanceof Error) console.error(error.stack);
  return error instanceof UsageError ? 2 : 1;
}
