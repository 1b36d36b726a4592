import { hostname } from "node:os";
import type { RunInfo, Trial } from "../../src/pruning/runs/run.ts";

// What run folders hold, made by hand.

/** run.json of a run of this very process, going on. */
export function runInfo(change: Partial<RunInfo> = {}): RunInfo {
  return {
    version: 1,
    id: "20261122-1200-tiny",
    status: "running",
    model: "/models/tiny/model.json",
    title: "tiny",
    started: "2026-11-22T12:00:00.000Z",
    process: { pid: process.pid, host: hostname() },
    versions: { secateur: "0.1.0", tfjs: "4.22.0", node: process.version },
    machine: { platform: "linux x64", cpu: "a fast one", cores: 2, memory: 8e9 },
    ...change,
  };
}

/** A trial of that run, its words in several scripts. */
export function runTrial(number: number, change: Partial<Trial> = {}): Trial {
  return {
    id: `20261122-1200-tiny/${number}`,
    label: `magnitude ${number} %, größer, 日本`,
    model: `trials/${number}/model.json`,
    metrics: {
      sparsity: number / 100,
      parameters: 30,
      nonZero: 20,
      compression: 1.5,
      macs: 1234,
      effectiveMacs: null,
      bytes: 1000,
      gzipBytes: 500,
      accuracy: 0.9,
    },
    layers: [{ name: "hidden", sparsity: number / 100 }],
    notes: ["A note\nof two lines."],
    finished: "2026-11-22T12:00:01.000Z",
    ...change,
  };
}
