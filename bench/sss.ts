// Sparse structure selection on two networks and data by others: five values of γ each, accuracy before and after
// fine-tuning, and how many factors became exactly zero. The models may not be shipped: the tables are left out where
// they are not there (../shared/corpus, or SECATEUR_CORPUS). With other settings (SECATEUR_SSS) nothing is kept; of one
// network alone, its curve joins what is known of the other.
import type { Run, Trial } from "../src/pruning/runs/run.ts";
import { type ChosenCurve, type ChosenPoint, sssReport } from "./reports/sss.ts";
import { backendOf, isThere, measuredOn, runSteps } from "./support/corpus.ts";
import { printReport } from "./support/report.ts";
import { lastOf, publish, renewed } from "./support/results.ts";
import { type SssSubject, sssSettings } from "./support/sssSettings.ts";

const { subjects, isUsual } = sssSettings();

const curves: ChosenCurve[] = [];
for (const subject of subjects) {
  if (isThere(subject, "Sparse structure selection")) curves.push(await curveOf(subject));
}
if (isUsual && curves.length === subjects.length) {
  await publish("sss", { curves: renewed((await lastOf("sss"))?.curves, curves, "model") });
} else printReport(sssReport({ curves }));

async function curveOf(subject: SssSubject): Promise<ChosenCurve> {
  const { train, epochs, batchSize, learningRate, momentum, gammas, tuning, tuningRate, augmented } = subject;
  // Both networks know what validates by heart: it cannot tell which weights are best.
  const fineTune = { learningRate: tuningRate, keep: "last", ...augmented } as const;
  const unpruned = await runSteps(subject, [{ fineTune: { ...fineTune, epochs: epochs + tuning } }], "wasm");
  const course = { epochs, batchSize, learningRate, momentum, ...augmented };
  const run = await runSteps(
    subject,
    [{ prune: "sss", gamma: [...gammas], ...course, record: true }, { fineTune: { ...fineTune, epochs: tuning } }],
    "wasm",
  );
  return {
    model: subject.model,
    data: measuredOn(subject, run),
    backend: backendOf(run),
    training: `${inEpochs(epochs)} of ${train.toLocaleString("en-US")} images in batches of ${batchSize}, learning rate ${learningRate}, momentum ${momentum}, ${inEpochs(tuning)} of fine-tuning with ${tuningRate}`,
    accuracy: run.baseline?.metrics.accuracy ?? Number.NaN,
    unprunedTuned: unpruned.trials[0]?.metrics.accuracy ?? Number.NaN,
    points: gammas.map((_, i) => pointOf(run, i)),
  };
}

function inEpochs(count: number): string {
  return `${count} ${count === 1 ? "epoch" : "epochs"}`;
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
