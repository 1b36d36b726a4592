// Accuracy against sparsity on a model and data by others: a VGG-like network of 1,015,530 parameters and the 10,000
// test images of Fashion-MNIST, pruned by global magnitude without retraining, on every backend that opens. The
// model may not be shipped: the table is left out where it is not there (../shared/corpus, or SECATEUR_CORPUS).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { backendNames } from "../src/pruning/engine/engine.ts";
import type { Trial } from "../src/pruning/runs/run.ts";
import type { Curve } from "./reports/accuracy.ts";
import { cli, projectRoot } from "./support/paths.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { runNode } from "./support/time.ts";

const sparsities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

const corpus = process.env.SECATEUR_CORPUS ?? join(projectRoot, "..", "shared", "corpus");
const model = join(corpus, "models", "fashion-vggbn-mawais", "model.json");
const data = join(corpus, "data", "fashion-mnist");

if (!existsSync(model) || !existsSync(data)) {
  console.log(`\nAccuracy: left out, ${model} is not there.`);
} else {
  const curves: Curve[] = [];
  for (const backend of backendNames) {
    // The plain backend computes the same in JavaScript: an hour for this table.
    if (backend === "cpu") continue;
    try {
      curves.push(await curveOn(backend));
    } catch (error) {
      console.log(`\nAccuracy on ${backend}: left out. ${refusal(error)}`);
    }
  }
  await publish("accuracy", { model: "fashion-vggbn-mawais", data: "Fashion-MNIST test, 10,000", curves });
}

async function curveOn(backend: string): Promise<Curve> {
  return withScratch(async (scratch) => {
    const options = ["--sparsity", sparsities.join(), "--data", data, "--backend", backend, "--no-latency"];
    const output = await runNode([cli, "prune", model, ...options, "--out", join(scratch, "run"), "--json"]);
    const { baseline, trials } = JSON.parse(output) as { baseline: Trial; trials: Trial[] };
    const points = [baseline, ...trials].map(({ metrics: { accuracy = Number.NaN } }, i) => ({
      sparsity: [0, ...sparsities][i] as number,
      accuracy,
    }));
    return { backend, points };
  });
}

/** The sentence with which the program refused. @throws what it was given, where it is none: a crash */
function refusal(error: unknown): string {
  const sentence = /^secateur: (?!something went wrong)(.*)$/m.exec(error instanceof Error ? error.message : "")?.[1];
  if (sentence === undefined) throw error;
  return sentence;
}
