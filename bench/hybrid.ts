// Greedy search, then magnitude, against magnitude alone: two networks and data by others, accuracy against sparsity with
// as many images of fine-tuning on every way from the unpruned model to a point. The models may not be shipped: the
// tables are left out where they are not there (../shared/corpus, or SECATEUR_CORPUS). With other settings
// (SECATEUR_HYBRID) nothing is kept; of one network alone, its curves join what is known of the other.
import type { Run, Trial } from "../src/pruning/runs/run.ts";
import { type CurvePoint, type HybridCurves, hybridReport } from "./reports/hybrid.ts";
import { backendOf, isThere, measuredOn, runSteps } from "./support/corpus.ts";
import { type HybridSubject, hybridSettings } from "./support/hybridSettings.ts";
import { hybridSteps, magnitudeSteps, stepsOfSearch } from "./support/hybridSteps.ts";
import { printReport } from "./support/report.ts";
import { lastOf, publish, renewed } from "./support/results.ts";

const { subjects, isUsual, backend } = hybridSettings();

const networks: HybridCurves[] = [];
for (const subject of subjects) {
  if (isThere(subject, "Hybrid")) networks.push(await curvesOf(subject));
}
if (isUsual && networks.length === subjects.length) {
  await publish("hybrid", { networks: renewed((await lastOf("hybrid"))?.networks, networks, "model") });
} else printReport(hybridReport({ networks }));

async function curvesOf(subject: HybridSubject): Promise<HybridCurves> {
  const alone = await runSteps(subject, magnitudeSteps(subject), backend);
  const hybrid = await runSteps(subject, hybridSteps(subject), backend);
  const { steps, batchSize, search } = subject;
  const images = (count: number) => (count * batchSize).toLocaleString("en-US");
  return {
    model: subject.model,
    data: measuredOn(subject, alone),
    backend: backendOf(alone),
    training: `fine-tuned on ${images(steps)} images`,
    search: search.training
      ? `of the hybrid's, ${images(stepsOfSearch(subject))} while greedy took ${search.filters} filters, ${search.training.perStep} at a time`
      : `the hybrid's after greedy took ${search.filters} filters and magnitude the rest`,
    unpruned: pointOf(alone.baseline),
    magnitude: curveOf(alone),
    hybrid: curveOf(hybrid),
  };
}

function curveOf({ trials }: Run): CurvePoint[] {
  return trials.map(pointOf).sort((a, b) => a.sparsity - b.sparsity);
}

function pointOf(trial: Trial | undefined): CurvePoint {
  const of = (key: keyof CurvePoint) => trial?.metrics[key] ?? Number.NaN;
  return {
    sparsity: of("sparsity"),
    accuracy: of("accuracy"),
    parameters: of("parameters"),
    bytes: of("bytes"),
    gzipBytes: of("gzipBytes"),
    macs: of("macs"),
  };
}
