import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { Argument, Command } from "commander";
import { reasonOf, SecateurError } from "../../pruning/errors.ts";
import { runJob } from "../job.ts";

interface Options {
  readonly out?: string;
  readonly json?: true;
}

/** `secateur run RECIPE` */
export function runCommand(): Command {
  return new Command("run")
    .description("Executes a recipe: a JSON file that says what to prune, on which data, by which steps.")
    .addArgument(new Argument("<recipe>", "path of a recipe, such as mnist.recipe.json"))
    .option("--out <dir>", "run folder to create (default: a new one in .secateur/runs)")
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const file = resolve(path);
      await runJob({
        recipe: await readRecipe(file),
        base: dirname(file),
        where: path,
        title: basename(file).replace(/(\.recipe)?\.json$/, ""),
        ...options,
      });
    });
}

async function readRecipe(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new SecateurError("bad-recipe", `The recipe ${file} cannot be read: ${reasonOf(error)}.`);
  }
}
