import { accuracyReport } from "./accuracy.ts";
import { choiceReport } from "./choice.ts";
import { extensionReport } from "./extension.ts";
import { fineTuneReport } from "./fineTune.ts";
import { greedyReport } from "./greedy.ts";
import { hybridReport } from "./hybrid.ts";
import { inspectReport } from "./inspect.ts";
import { pruneReport } from "./prune.ts";
import { sssReport } from "./sss.ts";
import { trainingReport } from "./training.ts";

/** Every benchmark with what turns its result into tables. */
export const benchmarks = {
  prune: { title: "Pruning", report: pruneReport },
  inspect: { title: "Inspecting", report: inspectReport },
  extension: { title: "The extension", report: extensionReport },
  accuracy: { title: "Accuracy", report: accuracyReport },
  training: { title: "Training", report: trainingReport },
  fineTune: { title: "Fine-tuning", report: fineTuneReport },
  sss: { title: "Sparse structure selection", report: sssReport },
  greedy: { title: "Greedy search", report: greedyReport },
  choice: { title: "What greedy search chooses", report: choiceReport },
  hybrid: { title: "Hybrid", report: hybridReport },
} as const;

export type BenchmarkName = keyof typeof benchmarks;

/** What a benchmark keeps. */
export type ResultOf<N extends BenchmarkName> = Parameters<(typeof benchmarks)[N]["report"]>[0];
