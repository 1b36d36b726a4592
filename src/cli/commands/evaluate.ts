import { Argument, Command, Option } from "commander";
import { count, nats, share } from "../../pruning/metrics/quantities.ts";
import { readModel } from "../../pruning/model/read.ts";
import { type Evaluation, evaluateModel } from "../../pruning/recipe/evaluator.ts";
import { backendChoices, scalingChoices } from "../../pruning/recipe/schema.ts";
import { backendSettings } from "../job.ts";
import { print, printJson } from "../output.ts";
import { showProgress } from "../progress.ts";
import { dataFormats, threadsOption, wholeNumber } from "../usage.ts";

const splits = ["test", "train", "validation"] as const;

interface Options {
  readonly data: string;
  readonly split?: (typeof splits)[number];
  readonly scaling: (typeof scalingChoices)[number];
  readonly limit?: number;
  readonly seed?: number;
  readonly backend: (typeof backendChoices)[number];
  readonly threads?: number;
  readonly json?: true;
}

/** `secateur evaluate MODEL --data DIR` */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("Measures a model's accuracy on labelled images.")
    .addArgument(new Argument("<model>", "path of a model.json"))
    .requiredOption("--data <dir>", `labelled images: ${dataFormats}`)
    .addOption(
      new Option("--split <name>", "which images (default: test; validation where there is no test split)").choices(
        splits,
      ),
    )
    .addOption(
      new Option("--scaling <name>", "how pixels become the model's input").choices(scalingChoices).default("auto"),
    )
    .option("--limit <n>", "measure on at most so many images", wholeNumber)
    .option("--seed <n>", "seed that holds validation images out of the training split", wholeNumber)
    .addOption(new Option("--backend <name>", "TensorFlow.js backend").choices(backendChoices).default("auto"))
    .addOption(threadsOption())
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const result = await evaluate(path, options);
      if (options.json) printJson(result);
      else print(describe(result));
    });
}

async function evaluate(
  path: string,
  { data, split, scaling, limit, seed, backend, threads }: Options,
): Promise<Evaluation> {
  const display = showProgress();
  try {
    return await evaluateModel(
      {
        model: path,
        data: { path: data, scaling, ...(limit && { limit: { train: limit, validation: limit, test: limit } }) },
        backend,
        ...(seed !== undefined && { seed }),
      },
      await readModel(path),
      { base: process.cwd(), ...backendSettings({ threads }), events: display.events, ...(split && { split }) },
    );
  } finally {
    display.stop();
  }
}

function describe({ accuracy, top5, loss, examples, split, scaling, backend }: Evaluation): string {
  return [
    `accuracy ${share.format(accuracy)}`,
    ...(top5 === undefined ? [] : [`top-5 ${share.format(top5)}`]),
    `loss ${nats.format(loss)}`,
    `${count.format(examples)} ${split} images`,
    `input scaling ${scaling}`,
    `backend ${backend}`,
  ].join(" · ");
}
