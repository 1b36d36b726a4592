import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Argument, Command } from "commander";
import { reasonOf, SecateurError } from "../../pruning/errors.ts";
import { parseRecipeText, titleOfRecipe } from "../../pruning/recipe/file.ts";
import { runJob } from "../job.ts";
import { threadsOption } from "../usage.ts";

interface Options {
  readonly threads?: number;
  readonly out?: string;
  readonly json?: true;
}

/** `secateur run RECIPE` */
export function runCommand(): Command {
  return new Command("run")
    .description("Executes a recipe: a JSON file that says what to prune, on which data, by which steps.")
    .addArgument(new Argument("<recipe>", "path of a recipe, such as mnist.recipe.json"))
    .option("--out <dir>", "run folder to create (default: a new one in .secateur/runs)")
    .addOption(threadsOption())
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const file = resolve(path);
      await runJob({
        recipe: parseRecipeText(await readText(file), path),
        base: dirname(file),
        where: path,
        title: titleOfRecipe(file),
        ...options,
      });
    });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new SecateurError("bad-recipe", `The recipe ${file} cannot be read: ${reasonOf(error)}.`);
  }
}
