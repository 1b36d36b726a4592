import { rounding, valueAt } from "../support/curve.ts";
import { number, percent, type Report, type ReportTable, verdictOf } from "../support/report.ts";

/** A pruned and fine-tuned model. */
export interface CurvePoint {
  /** Share of the unpruned model's kernel weights that are zero or gone. */
  readonly sparsity: number;
  readonly accuracy: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Multiply-adds for one image, those with zeros among them. */
  readonly macs: number;
}

/** A network's two curves. */
export interface HybridCurves {
  readonly model: string;
  readonly data: string;
  readonly backend: string;
  /** What every point was trained with, in words. */
  readonly training: string;
  /** How the search went, in words. */
  readonly search: string;
  readonly unpruned: CurvePoint;
  /** By ascending sparsity. */
  readonly magnitude: readonly CurvePoint[];
  readonly hybrid: readonly CurvePoint[];
}

export interface HybridResult {
  readonly networks: readonly HybridCurves[];
}

/** From which sparsity on the hybrid is to lie above, and where it may lose how many points. */
const promisedFrom = 0.5;
const promisedAt = 0.8;
const promisedLoss = 1;

export function hybridReport({ networks }: HybridResult): Report {
  return { tables: networks.map(tableOf), notes: networks.flatMap(notesOf) };
}

function tableOf({ model, data, backend, training, search, unpruned, magnitude, hybrid }: HybridCurves): ReportTable {
  const ways = [
    ["unpruned", [unpruned]],
    ["magnitude", magnitude],
    ["greedy + magnitude", hybrid],
  ] as const;
  return {
    title: `${model} on ${data}, on ${backend}; every point ${training}; ${search}`,
    head: ["", "sparsity", "accuracy", "points lost", "parameters", "MACs", "kB", "kB gzip"],
    rows: ways.flatMap(([way, points]) =>
      points.map(({ sparsity, accuracy, parameters, macs, bytes, gzipBytes }) => [
        way,
        percent(sparsity, 1),
        percent(accuracy, 2),
        (100 * (unpruned.accuracy - accuracy)).toFixed(2),
        number(parameters),
        number(macs),
        ...[bytes, gzipBytes].map((size) => number(size / 1000)),
      ]),
    ),
  };
}

function notesOf({ model, unpruned, magnitude, hybrid }: HybridCurves): string[] {
  const compared = magnitude.filter(({ sparsity }) => sparsity > promisedFrom - rounding);
  return [
    ...compared.map(({ sparsity, accuracy }) => {
      const other = accuracyAt(hybrid, sparsity);
      const share = percent(sparsity, 0);
      if (other === undefined) return `MISSED: ${model}, no two points of the hybrid lie around ${share}`;
      return verdictOf({
        what: `${model}, at ${share} the hybrid lies above magnitude alone by`,
        measured: 100 * (other - accuracy),
        unit: " points",
        limit: 0,
        bound: "at least",
      });
    }),
    verdictOf({
      what: `${model}, the hybrid loses at ${percent(promisedAt, 0)}`,
      measured: 100 * (unpruned.accuracy - (accuracyAt(hybrid, promisedAt) ?? Number.NaN)),
      unit: " points",
      limit: promisedLoss,
      bound: "at most",
    }),
  ];
}

/** Accuracy of a curve at a sparsity. */
const accuracyAt = (points: readonly CurvePoint[], sparsity: number): number | undefined =>
  valueAt(
    points.map((point) => ({ x: point.sparsity, y: point.accuracy })),
    sparsity,
  );
