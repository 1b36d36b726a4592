import { Argument, Command, Option } from "commander";
import { weightCriteria, weightCriterionNamed, weightCriterionNames } from "../../pruning/criteria/registry.ts";
import { networkOf } from "../../pruning/graph/networkOf.ts";
import { inspect } from "../../pruning/metrics/inspect.ts";
import type { Inspection, LayerInspection } from "../../pruning/metrics/inspection.ts";
import { bytes, count, largeCount, share } from "../../pruning/metrics/quantities.ts";
import { readModel } from "../../pruning/model/read.ts";
import { print, printJson, table } from "../output.ts";

interface Options {
  readonly criterion: string;
  readonly filters?: true;
  readonly json?: true;
}

/** `secateur inspect MODEL` */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("Lists a model's layers: shape, parameters, MACs, sparsity, and on request each filter's importance.")
    .addArgument(new Argument("<model>", "path of a model.json"))
    .addOption(
      new Option(
        "--criterion <name>",
        `ranks filters: ${weightCriteria.map(({ name, title }) => `${name} (${title})`).join(", ")}`,
      )
        .choices(weightCriterionNames)
        .default(weightCriterionNames[0]),
    )
    .option("--filters", "list each layer's filters, most important first")
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const model = await readModel(path);
      const criterion = options.filters && weightCriterionNamed(options.criterion);
      const inspection = inspect(model, networkOf(model), criterion);
      if (options.json) printJson(inspection);
      else print(describe(inspection));
    });
}

function describe(inspection: Inspection): string {
  const { format, parameters, nonZero, macs, sparsity, layers } = inspection;
  const summary = [
    format,
    `${count.format(parameters)} parameters, ${count.format(nonZero)} not zero`,
    macs === null ? "MACs unknown" : `${largeCount.format(macs)} MACs per example`,
    bytes.format(inspection.bytes),
    `${share.format(sparsity)} sparse`,
  ].join(" · ");
  const rows = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.outputShape ? `[${layer.outputShape.map((length) => length ?? "?").join(", ")}]` : "?",
    count.format(layer.parameters),
    layer.macs === null ? "?" : count.format(layer.macs),
    layer.prunable ? share.format(layer.sparsity) : "",
  ]);
  return [
    summary,
    table(["Layer", "Type", "Output", "Parameters", "MACs", "Sparsity"], rows, [3, 4, 5]),
    ...layers.filter(({ filters }) => filters).map(describeFilters),
  ].join("\n");
}

function describeFilters({ name, filters = [] }: LayerInspection): string {
  return `${name}: ${filters.map(({ index, score }) => `#${index} ${score.toPrecision(4)}`).join("  ")}`;
}
