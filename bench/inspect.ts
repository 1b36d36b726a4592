// Inspecting a 100 MB model: against a process that only reads the same files, and proof that TensorFlow.js is not
// even loaded, so that no tensor can be.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeLargeModel } from "./support/largeModel.ts";
import { filesLoaded, holdingTensorFlow } from "./support/loaded.ts";
import { cli, projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { race, runNode } from "./support/time.ts";

const repeats = 9;
const samples = join(projectRoot, "samples");

await withScratch(async (scratch) => {
  const model = await writeLargeModel(join(scratch, "model"));
  const inspect = [cli, "inspect", model, "--json"];
  const timings = await race(
    [
      { name: "read", run: () => runNode([join(projectRoot, "bench", "support", "readFiles.mjs"), dirname(model)]) },
      { name: "secateur inspect", run: () => runNode(inspect) },
    ],
    repeats,
  );

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
  await publish("inspect", { unit: "ms", timings, filesWithTensorFlow: tensorFlow });
});

async function tensorFlowLoadedBy(args: readonly string[], scratch: string): Promise<number> {
  await mkdir(scratch);
  return (await holdingTensorFlow(await filesLoaded(args, scratch))).length;
}
