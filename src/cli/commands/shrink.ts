import { Argument, Command } from "commander";
import { shrinkDead } from "../../pruning/methods/shrinkDead.ts";
import { type ReshapeOptions, reshape, withReshapeOptions } from "../reshape.ts";
import { wholeNumber } from "../usage.ts";

interface Options extends ReshapeOptions {
  readonly minWidth?: number;
  readonly roundTo?: number;
}

const ending = "-shrunk";

/** `secateur shrink MODEL` */
export function shrinkCommand(): Command {
  const command = new Command("shrink")
    .description(
      "Takes out the filters that do nothing, as zeros have left them, and verifies that nothing else changed.",
    )
    .addArgument(new Argument("<model>", "path of a model.json"))
    .option("--min-width <n>", "no layer keeps fewer filters than this (default: 1)", wholeNumber)
    .option("--round-to <n>", "layers that lose filters keep a multiple of this (default: any number)", wholeNumber);
  return withReshapeOptions(command, ending).action((path: string, options: Options) => {
    const { minWidth, roundTo } = options;
    return reshape(path, options, ending, (model, verification) =>
      shrinkDead(model, { minWidth, roundTo }, verification),
    );
  });
}
