import { Argument, Command, Option } from "commander";
import { methodCatalogue } from "../../pruning/methods/catalogue.ts";
import { planOf } from "../../pruning/recipe/plan.ts";
import { backendChoices, parseRecipe, scalingChoices } from "../../pruning/recipe/schema.ts";
import { titleOf } from "../../pruning/recipe/title.ts";
import { runJob } from "../job.ts";
import { methodOptions } from "../methodOptions.ts";
import { asUsage, dataFormats, threadsOption, wholeNumber } from "../usage.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly method: string;
  readonly data?: string;
  readonly labels: boolean;
  readonly scaling?: string;
  readonly limit?: number;
  readonly seed?: number;
  readonly backend: string;
  readonly latency?: boolean;
  readonly threads?: number;
  readonly out?: string;
  readonly json?: true;
}

/** `secateur prune MODEL`: makes a recipe of one step and runs it, as the editor's wizard does. */
export function pruneCommand(): Command {
  const command = new Command("prune")
    .description("Makes sparser models of one, measures each, and keeps them all in a run folder.")
    .addArgument(new Argument("<model>", "path of a model.json"))
    .addOption(
      new Option("--method <name>", methodCatalogue.map(({ name, description }) => `${name}: ${description}`).join(" "))
        .choices(methodCatalogue.map(({ name }) => name))
        .default(methodCatalogue[0].name),
    );
  for (const { option } of methodOptions) command.addOption(option);
  return command
    .option("--data <dir>", `images to measure on: ${dataFormats}`)
    .option(
      "--no-labels",
      "use images without labels, though folders may name classes: measure agreement, not accuracy",
    )
    .addOption(new Option("--scaling <name>", "how pixels become the model's input").choices(scalingChoices))
    .option("--limit <n>", "measure on at most so many images", wholeNumber)
    .option("--seed <n>", "seed of everything random", wholeNumber)
    .addOption(new Option("--backend <name>", "TensorFlow.js backend").choices(backendChoices).default("auto"))
    .addOption(threadsOption())
    .option("--latency", "measure the time of a forward pass, without data too")
    .option("--no-latency", "do not measure it")
    .option("--out <dir>", "run folder to create (default: a new one in .secateur/runs)")
    .option("--json", "print one JSON document")
    .action(async (model: string, options: Options) => {
      const recipe = recipeOf(model, options);
      asUsage(() => planOf(parseRecipe(recipe, "The command line")));
      const { out, json, threads } = options;
      const title = titleOf(model);
      await runJob({ recipe, base: process.cwd(), where: "The command line", title, out, json, threads });
    });
}

function recipeOf(model: string, options: Options): object {
  const { method, data, labels, scaling, limit, seed, backend, latency } = options;
  const given = methodOptions.filter(({ key }) => options[key] !== undefined);
  return {
    model,
    ...(data !== undefined && {
      data: {
        path: data,
        ...(!labels && { labels }),
        ...(scaling && { scaling }),
        ...(limit && { limit: { test: limit, validation: limit } }),
      },
    }),
    ...(seed !== undefined && { seed }),
    backend,
    ...(latency !== undefined && { latency }),
    steps: [{ prune: method, ...Object.fromEntries(given.map(({ key }) => [key, options[key]])) }],
  };
}
