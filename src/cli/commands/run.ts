import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Argument, Command } from "commander";
import { reasonOf, SecateurError } from "../../pruning/errors.ts";
import { parseRecipeText, titleOfRecipe } from "../../pruning/recipe/file.ts";
import { resumeJob, runJob } from "../job.ts";
import { threadsOption, UsageError } from "../usage.ts";

interface Options {
  readonly threads?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

/** `secateur run RECIPE`, `secateur run --resume RUN` */
export function runCommand(): Command {
  return new Command("run")
    .description("Executes a recipe: a JSON file that says what to prune, on which data, by which steps.")
    .addArgument(new Argument("[recipe]", "path of a recipe, such as mnist.recipe.json"))
    .option("--out <dir>", "run folder to create (default: a new one in .secateur/runs)")
    .option("--resume <dir>", "take up the run in this folder, which was interrupted, cancelled or failed")
    .addOption(threadsOption())
    .option("--json", "print one JSON document")
    .action(async (path: string | undefined, { resume, ...options }: Options) => {
      if ((path === undefined) === (resume === undefined)) {
        throw new UsageError("Name a recipe to run, or with --resume a run to take up; one of the two.");
      }
      if (resume !== undefined && options.out !== undefined) {
        throw new UsageError("A run that is taken up stays in its folder; leave --out away.");
      }
      if (resume !== undefined) return resumeJob(resume, options);
      const file = resolve(path as string);
      await runJob({
        recipe: parseRecipeText(await readText(file), path as string),
        base: dirname(file),
        where: path as string,
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
