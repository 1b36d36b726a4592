import { Argument, Command } from "commander";
import { expandVerified } from "../../pruning/engine/verified.ts";
import { channelsOf } from "../../pruning/graph/channels/channelsOf.ts";
import { readModel } from "../../pruning/model/read.ts";
import { type ReshapeOptions, reshape, withReshapeOptions } from "../reshape.ts";

const ending = "-expanded";

/** `secateur expand SMALL ORIGINAL` */
export function expandCommand(): Command {
  const command = new Command("expand")
    .description(
      "Puts a shrunk model back into the architecture it comes from, zeros elsewhere, with the same answers.",
    )
    .addArgument(new Argument("<small>", "path of the shrunk model.json, fine-tuned and pruned since or not"))
    .addArgument(new Argument("<original>", "path of the model.json that it was shrunk from"));
  return withReshapeOptions(command, ending).action(async (path: string, from: string, options: ReshapeOptions) => {
    const original = await readModel(from);
    await reshape(path, options, ending, async (small, verification) => {
      return { model: await expandVerified(small, original, channelsOf(original), verification), notes: [] };
    });
  });
}
