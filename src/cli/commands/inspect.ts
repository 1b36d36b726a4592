import { Argument, Command, Option } from "commander";
import { weightCriteria, weightCriterionNamed, weightCriterionNames } from "../../pruning/criteria/registry.ts";
import { channelsOf } from "../../pruning/graph/channels/channelsOf.ts";
import { networkOf } from "../../pruning/graph/networkOf.ts";
import { inspect } from "../../pruning/metrics/inspect.ts";
import type {
  FilterInspection,
  GroupInspection,
  Inspection,
  LayerInspection,
} from "../../pruning/metrics/inspection.ts";
import { bytes, count, largeCount, share } from "../../pruning/metrics/quantities.ts";
import { readModel } from "../../pruning/model/read.ts";
import { print, printJson, table } from "../output.ts";

interface Options {
  readonly criterion: string;
  readonly filters?: true;
  readonly groups?: true;
  readonly json?: true;
}

/** `secateur inspect MODEL` */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description(
      "Lists a model's layers: shape, parameters, MACs, sparsity; on request each filter's importance, and which layers lose filters together.",
    )
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
    .option("--groups", "list the groups of layers that lose filters together, and what may not go, and why")
    .option("--json", "print one JSON document")
    .action(async (path: string, options: Options) => {
      const model = await readModel(path);
      const inspection = inspect(model, networkOf(model), {
        criterion: options.filters && weightCriterionNamed(options.criterion),
        channels: options.groups && channelsOf(model),
      });
      if (options.json) printJson(inspection);
      else print(describe(inspection));
    });
}

function describe(inspection: Inspection): string {
  const { format, parameters, nonZero, macs, sparsity, layers, groups } = inspection;
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
    ...(groups ? [layer.group ?? ""] : []),
  ]);
  const head = ["Layer", "Type", "Output", "Parameters", "MACs", "Sparsity", ...(groups ? ["Group"] : [])];
  return [
    summary,
    table(head, rows, [3, 4, 5]),
    ...(groups ? [describeGroups(groups, format)] : []),
    ...layers.filter(({ filters }) => filters).map(describeFilters),
  ].join("\n");
}

function describeGroups(groups: readonly GroupInspection[], format: Inspection["format"]): string {
  if (groups.length === 0) {
    const why =
      format === "graph-model"
        ? "which layers lose filters together is known of layers models only, and this is a graph model"
        : "no layer makes channels that could be removed";
    return `\nGroups: none; ${why}.`;
  }
  const rows = groups.map(({ name, channels, free, makers, followers, readers }) => [
    name,
    count.format(channels),
    count.format(free),
    listed(makers),
    listed(followers),
    listed(readers),
  ]);
  const locks = groups.flatMap(({ name, locked }) => (locked === undefined ? [] : [[name, locked]]));
  return [
    `\n${table(["Group", "Channels", "May go", "Made by", "Followed by", "Read by"], rows, [1, 2])}`,
    ...(locks.length > 0 ? [`\n${table(["Locked", "Why"], locks, [])}`] : []),
  ].join("\n");
}

/** Names listed in a cell, at most. */
const mostNames = 2;

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 1 ? `${names.slice(0, mostNames).join(", ")} and ${count.format(more)} more` : names.join(", ");
}

function describeFilters({ name, filters = [] }: LayerInspection): string {
  return `${name}: ${filters.map(describeFilter).join("  ")}`;
}

function describeFilter({ index, score, dead, duplicateOf, locked }: FilterInspection): string {
  const marks = [dead && "dead", duplicateOf !== undefined && `= #${duplicateOf}`, locked && "locked"].filter(Boolean);
  return `#${index} ${score.toPrecision(4)}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`;
}
