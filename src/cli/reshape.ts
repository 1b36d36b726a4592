import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { Verification } from "../pruning/engine/equality.ts";
import { networkOf } from "../pruning/graph/networkOf.ts";
import type { Pruned } from "../pruning/methods/spec.ts";
import { inspect } from "../pruning/metrics/inspect.ts";
import { bytes, count, largeCount, share } from "../pruning/metrics/quantities.ts";
import type { Model } from "../pruning/model/model.ts";
import { readModel } from "../pruning/model/read.ts";
import { writeModel } from "../pruning/model/write.ts";
import { lazyEngine } from "../pruning/recipe/lazyEngine.ts";
import { backendChoices } from "../pruning/recipe/schema.ts";
import { backendSettings } from "./job.ts";
import { print, printJson, table } from "./output.ts";
import { showProgress } from "./progress.ts";
import { threadsOption } from "./usage.ts";

/** What commands that change an architecture are given. */
export interface ReshapeOptions {
  readonly out?: string;
  readonly backend: (typeof backendChoices)[number];
  readonly threads?: number;
  readonly json?: true;
}

/** Adds the options that those commands share. @param ending of the default folder's name: `-shrunk` */
export const withReshapeOptions = (command: Command, ending: string): Command =>
  command
    .option("--out <dir>", `folder to create (default: the model's own with ${ending} behind its name)`)
    .addOption(
      new Option("--backend <name>", "TensorFlow.js backend to verify on").choices(backendChoices).default("auto"),
    )
    .addOption(threadsOption())
    .option("--json", "print one JSON document");

/** A model's size. */
type Sizes = Readonly<Record<"parameters" | "nonZero" | "bytes" | "sparsity", number>> & {
  readonly macs: number | null;
};

/**
 * Reads a model, has its architecture changed and verified, writes the result into a new folder, and prints what it
 * was before and is after. Writes nothing where nothing changed.
 * @throws SecateurError as reading, writing and `work` do
 */
export async function reshape(
  path: string,
  { out, backend, threads, json }: ReshapeOptions,
  ending: string,
  work: (model: Model, verification: Verification) => Promise<Pruned>,
): Promise<void> {
  const model = await readModel(path);
  const display = showProgress();
  const engine = lazyEngine({ backend }, { ...backendSettings({ threads }), events: display.events });
  try {
    const folder = dirname(resolve(path));
    const pruned = await work(model, { engine: () => engine.open() });
    const written =
      pruned.model === model
        ? null
        : await writeModel(pruned.model, resolve(out ?? folder + ending), { sidecarsFrom: folder });
    const result = { model: written, before: sizesOf(model), after: sizesOf(pruned.model), notes: pruned.notes };
    display.stop();
    if (json) printJson(result);
    else print(describe(result));
  } finally {
    display.stop();
    await engine.dispose();
  }
}

function sizesOf(model: Model): Sizes {
  const { parameters, nonZero, macs, bytes: size, sparsity } = inspect(model, networkOf(model));
  return { parameters, nonZero, macs, bytes: size, sparsity };
}

interface Result {
  readonly model: string | null;
  readonly before: Sizes;
  readonly after: Sizes;
  readonly notes: readonly string[];
}

function describe({ model, before, after, notes }: Result): string {
  const row = (name: string, { parameters, nonZero, macs, bytes: size, sparsity }: Sizes) => [
    name,
    count.format(parameters),
    count.format(nonZero),
    macs === null ? "unknown" : largeCount.format(macs),
    bytes.format(size),
    share.format(sparsity),
  ];
  const sizes = table(
    ["", "Parameters", "Not zero", "MACs", "Size", "Sparsity"],
    [row("before", before), row("after", after)],
    [1, 2, 3, 4, 5],
  );
  return [...(model ? [sizes] : []), ...notes, ...(model ? [`Model: ${model}`] : [])].join("\n");
}
