// Sparse structure selection on two networks and data by others: five values of γ each, accuracy before and after
// fine-tuning, and how many factors became exactly zero. The models may not be shipped: the tables are left out where
// they are not there (../shared/corpus, or SECATEUR_CORPUS). With other settings (SECATEUR_SSS) nothing is kept.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runRecipe } from "../src/pruning/recipe/runner.ts";
import type { Run, Trial } from "../src/pruning/runs/run.ts";
import { type ChosenCurve, type ChosenPoint, sssReport } from "./reports/sss.ts";
import { projectRoot } from "./support/paths.ts";
import { printReport } from "./support/report.ts";
import { publish } from "./support/results.ts";
import { withScratch } from "./support/scratch.ts";
import { type SssSubject, sssSettings } from "./support/sssSettings.ts";

const corpus = process.env.SECATEUR_CORPUS ?? join(projectRoot, "..", "shared", "corpus");
const { subjects, isUsual } = sssSettings();

const curves: ChosenCurve[] = [];
for (const subject of subjects) {
  const model = join(corpus, "models", subject.model, "model.json");
  if (existsSync(model)) curves.push(await curveOf(model, subject));
  else console.log(`\nSparse structure selection: left out, ${model} is not there.`);
}
if (isUsual && curves.length === subjects.length) await publish("sss", { curves });
else printReport(sssReport({ curves }));

async function curveOf(model: string, subject: SssSubject): Promise<ChosenCurve> {
  const { data, dataName, train, test, epochs, tuning, gammas, shift } = subject;
  const augmented = { flip: true, shift };
  const recipe = {
    model,
    data: {
      path: join(corpus, "data", data),
      scaling: "x/255",
      limit: { train, ...(test !== undefined && { test }) },
    },
    latency: false,
    steps: [
      { prune: "sss", gamma: gammas, epochs, ...augmented, record: true },
      // Both networks know what validates by heart: it cannot tell which weights are best.
      { fineTune: { epochs: tuning, keep: "last", ...augmented } },
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
        trial: (_, { label, metrics: { accuracy } }) => console.log(`${dataName}: ${label}: ${accuracy}`),
        log: (level, message) => console.log(`${level}: ${message}`),
      },
    }),
  );
  const { name = "", detail = "" } = run.backend ?? {};
  return {
    model: subject.model,
    data: `${dataName} test, ${run.data?.examples.toLocaleString("en-US")} images`,
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
