// Inspecting a 100 MB model: against a process that only reads the same files, and proof that TensorFlow.js is not
// even loaded, so that no tensor can be. Then the channel groups of a model of 313 layers, and half of them taken out.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { channelsOf } from "../src/pruning/graph/channels/channelsOf.ts";
import { shrink } from "../src/pruning/graph/channels/shrink.ts";
import { readModel } from "../src/pruning/model/read.ts";
import { writeInceptionModel } from "./support/inceptionModel.ts";
import { writeLargeModel } from "./support/largeModel.ts";
import { filesLoaded, holdingTensorFlow } from "./support/loaded.ts";
import { cli, projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { type Contender, race, runNode, type Timing } from "./support/time.ts";

const repeats = 9;
const samples = join(projectRoot, "samples");

await withScratch(async (scratch) => {
  const model = await writeLargeModel(join(scratch, "model"));
  const inspect = [cli, "inspect", model, "--json"];
  const timings = await race([reading(model), { name: "secateur inspect", run: () => runNode(inspect) }], repeats);
  const inception = await writeInceptionModel(join(scratch, "inception"));
  const grouping = [cli, "inspect", inception, "--groups", "--json"];
  const groups = {
    processes: await race(
      [reading(inception), { name: "secateur inspect --groups", run: () => runNode(grouping) }],
      repeats,
    ),
    phases: await timeGroups(inception),
  };

  const tensorFlow = {
    inspect: await tensorFlowLoadedBy(inspect, join(scratch, "inspect")),
    // The control: this must load TensorFlow.js, else the question is not worth its answer.
    evaluate: await tensorFlowLoadedBy(
      [
        cli,
        "evaluate",
        join(samples, "mnist-cnn", "model.json"),
        "--data",
        join(samples, "data", "mnist"),
        "--limit",
        "10",
      ],
      join(scratch, "evaluate"),
    ),
  };
  if (tensorFlow.evaluate === 0) throw new Error("TensorFlow.js was not found where it must be: the mark is wrong.");
  await publish("inspect", { unit: "ms", timings, groups, filesWithTensorFlow: tensorFlow });
});

function reading(model: string): Contender {
  const readFiles = join(projectRoot, "bench", "support", "readFiles.mjs");
  return { name: "read", run: () => runNode([readFiles, dirname(model)]) };
}

/** In this process: finding the groups, and taking half the channels out of each. */
async function timeGroups(path: string): Promise<Timing[]> {
  const model = await readModel(path);
  const channels = channelsOf(model);
  const removal = new Uint8Array(channels.count);
  for (const { free } of channels.groups) for (const each of free.slice(0, free.length / 2)) removal[each] = 1;
  const phases = { channelsOf: () => channelsOf(model), "shrink by half": () => shrink(model, channels, removal) };
  return race(
    Object.entries(phases).map(([name, work]) => ({ name, run: async () => work() })),
    repeats,
  );
}

async function tensorFlowLoadedBy(args: readonly string[], scratch: string): Promise<number> {
  await mkdir(scratch);
  return (await holdingTensorFlow(await filesLoaded(args, scratch))).length;
}
