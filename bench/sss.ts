// Sparse structure selection on two networks and data by others: five values of γ each, accuracy before and after
// fine-tuning, and how many factors became exactly zero. The models may not be shipped: the tables are left out where
// they are not there (../shared/corpus, or SECATEUR_CORPUS). `--train`, `--test`, `--epochs` and `--tuning` make it
// smaller, `--only` names one of the two; what is so measured is printed and not kept.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runRecipe } from "../src/pruning/recipe/runner.ts";
import type { Run, Trial } from "../src/pruning/runs/run.ts";
import { type ChosenCurve, type ChosenPoint, sssReport } from "./reports/sss.ts";
import { projectRoot } from "./support/paths.ts";
import { printReport } from "./support/report.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";

interface Subject {
  readonly model: string;
  readonly data: string;
  readonly dataName: string;
  /** Images to learn from. */
  readonly train: number;
  readonly epochs: number;
  readonly tuning: number;
  readonly gammas: readonly number[];
  readonly shift: number;
}

const subjects: readonly Subject[] = [
  {
    model: "fashion-vggbn-mawais",
    data: "fashion-mnist",
    dataName: "Fashion-MNIST",
    train: 12_000,
    epochs: 4,
    tuning: 2,
    gammas: [0.03, 0.05, 0.08, 0.12, 0.2],
    shift: 1,
  },
  {
    model: "cifar10-tfjs-cnn-zz632",
    data: "cifar10",
    dataName: "CIFAR-10",
    train: 9000,
    epochs: 12,
    tuning: 8,
    gammas: [0.01, 0.015, 0.02, 0.03, 0.05],
    shift: 2,
  },
];

const { values: given } = parseArgs({
  options: {
    only: { type: "string" },
    train: { type: "string" },
    test: { type: "string" },
    epochs: { type: "string" },
    tuning: { type: "string" },
    gammas: { type: "string" },
  },
});
const numberGiven = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

const corpus = process.env.SECATEUR_CORPUS ?? join(projectRoot, "..", "shared", "corpus");
const curves: ChosenCurve[] = [];
for (const subject of subjects.filter(({ data }) => given.only === undefined || data === given.only)) {
  const model = join(corpus, "models", subject.model, "model.json");
  if (existsSync(model)) curves.push(await curveOf(model, subject));
  else console.log(`\nSparse structure selection: left out, ${model} is not there.`);
}
if (curves.length === subjects.length && Object.keys(given).length === 0) await publish("sss", { curves });
else printReport(sssReport({ curves }));

async function curveOf(model: string, subject: Subject): Promise<ChosenCurve> {
  const train = numberGiven(given.train) ?? subject.train;
  const test = numberGiven(given.test);
  const epochs = numberGiven(given.epochs) ?? subject.epochs;
  const tuning = numberGiven(given.tuning) ?? subject.tuning;
  const gammas = given.gammas?.split(",").map(Number) ?? subject.gammas;
  const augmented = { flip: true, shift: subject.shift };
  const path = join(corpus, "data", subject.data);
  const recipe = {
    model,
    data: { path, scaling: "x/255", limit: { train, ...(test && { test, validation: test }) } },
    latency: false,
    steps: [
      { prune: "sss", gamma: gammas, epochs, ...augmented, record: true },
      { fineTune: { epochs: tuning, ...augmented } },
    ],
  };
  const run = await withScratch((scratch) =>
    runRecipe(recipe, {
      base: projectRoot,
      where: "The recipe",
      folder: join(scratch, "run"),
      tfjsNodeFolders: [process.env.SECATEUR_TFJS_NODE ?? projectRoot],
      events: {
        progress: () => {},
        runChanged: () => {},
        trial: (_, { label, metrics: { accuracy } }) => console.log(`${subject.dataName}: ${label}: ${accuracy}`),
        log: (level, message) => console.log(`${level}: ${message}`),
      },
    }),
  );
  const { name = "", detail = "" } = run.backend ?? {};
  return {
    model: subject.model,
    data: `${subject.dataName} test, ${run.data?.examples.toLocaleString("en-US")} images`,
    backend: `${name} (${detail})`,
    training: `${epochs} epochs of ${train.toLocaleString("en-US")} images and ${tuning} of fine-tuning`,
    accuracy: run.baseline?.metrics.accuracy ?? Number.NaN,
    points: gammas.map((_, i) => pointOf(run, i)),
  };
}

/** The i-th γ: its trials are that of the selection, and that of the fine-tuning that follows it. */
function pointOf({ trials, factors, baseline }: Run, index: number): ChosenPoint {
  const at = (place: string) => trials.find((trial) => trial.place === place) as Trial;
  const [chosen, tuned] = [at(`${index}`), at(`${index}.0`)];
  const record = factors.find(({ place }) => place === `${index}`);
  const sum = (key: "count" | "zero") => record?.groups.reduce((total, group) => total + group[key], 0) ?? 0;
  const goneOf = (key: "parameters" | "macs") =>
    1 - (chosen.metrics[key] ?? Number.NaN) / (baseline?.metrics[key] ?? Number.NaN);
  return {
    gamma: record?.gamma ?? Number.NaN,
    zero: sum("zero") / sum("count"),
    parameters: goneOf("parameters"),
    macs: goneOf("macs"),
    accuracy: chosen.metrics.accuracy ?? Number.NaN,
    tuned: tuned.metrics.accuracy ?? Number.NaN,
  };
}
