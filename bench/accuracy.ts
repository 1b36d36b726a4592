// Accuracy against sparsity on a model and data by others: a VGG-like network of 1,015,530 parameters and the 10,000
// test images of Fashion-MNIST, pruned by global magnitude without retraining, on every backend that opens. The
// model may not be shipped: the table is left out where it is not there (../shared/corpus, or SECATEUR_CORPUS).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { backendNames } from "../src/pruning/engine/engine.ts";
import type { Trial } from "../src/pruning/runs/run.ts";
import { cli, printTable, projectRoot, saveResult } from "./support/report.ts";
import { withScratch } from "./support/scratch.ts";
import { runNode } from "./support/time.ts";

const sparsities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Measured independently of Secateur. Shares; `within` either way. */
const published = [
  { sparsity: 0, accuracy: 0.9064, within: 0.00005 },
  { sparsity: 0.3, accuracy: 0.905, within: 0.001 },
  { sparsity: 0.6, accuracy: 0.875, within: 0.003 },
];

interface Curve {
  readonly backend: string;
  /** Unpruned first. */
  readonly points: readonly { readonly sparsity: number; readonly accuracy: number }[];
}

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
  report(curves);
  await saveResult("accuracy", { model: "fashion-vggbn-mawais", data: "Fashion-MNIST test, 10,000", curves });
}

async function curveOn(backend: string): Promise<Curve> {
  return withScratch(async (scratch) => {
    const options = ["--sparsity", sparsities.join(), "--data", data, "--backend", backend, "--no-latency"];
    const output = await runNode([cli, "prune", model, ...options, "--out", join(scratch, "run"), "--json"]);
    const { baseline, trials } = JSON.parse(output) as { baseline: Trial; trials: Trial[] };
    const points = [baseline, ...trials].map(({ metrics: { sparsity, accuracy = Number.NaN } }) => ({
      sparsity,
      accuracy,
    }));
    return { backend, points };
  });
}

function report(curves: readonly Curve[]): void {
  const rows = [0, ...sparsities].map((sparsity, i) => {
    const expected = published.find((point) => point.sparsity === sparsity);
    return [
      percent(sparsity, 0),
      ...curves.map(({ points }) => percent(points[i]?.accuracy ?? Number.NaN, 2)),
      expected ? `${percent(expected.accuracy, 2)} ± ${(100 * expected.within).toFixed(2)}` : "",
    ];
  });
  const head = ["sparsity", ...curves.map(({ backend }) => backend), "expected"];
  printTable("Fashion-MNIST test accuracy of fashion-vggbn-mawais, magnitude pruning over all layers", head, rows);
  for (const { backend, points } of curves) {
    const missed = published.filter((expected) => {
      const { accuracy } = points[[0, ...sparsities].indexOf(expected.sparsity)] ?? { accuracy: Number.NaN };
      return !(Math.abs(accuracy - expected.accuracy) <= expected.within + 1e-9);
    });
    const where = missed.map(({ sparsity }) => percent(sparsity, 0)).join(", ");
    console.log(missed.length === 0 ? `met: ${backend}, as expected` : `MISSED: ${backend} at ${where}`);
  }
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** The sentence with which the program refused. @throws what it was given, where it is none: a crash */
function refusal(error: unknown): string {
  const sentence = /^secateur: (?!something went wrong)(.*)$/m.exec(error instanceof Error ? error.message : "")?.[1];
  if (sentence === undefined) throw error;
  return sentence;
}
