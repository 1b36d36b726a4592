import { valueAt } from "../support/curve.ts";
import { number, percent, type Report, type ReportTable, verdictOf } from "../support/report.ts";

/** What one γ came to. Shares of the unpruned model. */
export interface ChosenPoint {
  readonly gamma: number;
  /** Share of all factors that became exactly zero. */
  readonly zero: number;
  /** Parameters and multiply-adds that are gone. */
  readonly parameters: number;
  readonly macs: number;
  /** Without training what is left, and with. */
  readonly accuracy: number;
  readonly tuned: number;
}

/** A network's curve. */
export interface ChosenCurve {
  readonly model: string;
  readonly data: string;
  readonly backend: string;
  /** How it was trained, in words. */
  readonly training: string;
  /** Of the unpruned model. */
  readonly accuracy: number;
  /** Of the unpruned model after as many images of fine-tuning as a point takes in all. */
  readonly unprunedTuned: number;
  /** By ascending γ. */
  readonly points: readonly ChosenPoint[];
}

export interface SssResult {
  readonly curves: readonly ChosenCurve[];
}

const leastSparsities = 5;
/** Share of parameters at which a loss is promised, and how many points it may be. */
const promisedAt = 0.5;
const promisedLoss = 1.5;

export function sssReport({ curves }: SssResult): Report {
  return { tables: curves.map(tableOf), notes: curves.flatMap(notesOf) };
}

function tableOf({ model, data, backend, training, accuracy, unprunedTuned, points }: ChosenCurve): ReportTable {
  const lost = (tuned: number) => (100 * (accuracy - tuned)).toFixed(2);
  return {
    title: `${model} on ${data}, ${training}, on ${backend}; the unpruned network is fine-tuned on as many images as the others in all`,
    head: ["γ", "factors at zero", "parameters gone", "MACs gone", "accuracy", "fine-tuned", "points lost"],
    rows: [
      ["unpruned", "", "0.0 %", "0.0 %", percent(accuracy, 2), percent(unprunedTuned, 2), lost(unprunedTuned)],
      ...points.map((point) => [
        number(point.gamma),
        percent(point.zero, 1),
        percent(point.parameters, 1),
        percent(point.macs, 1),
        percent(point.accuracy, 2),
        percent(point.tuned, 2),
        lost(point.tuned),
      ]),
    ],
  };
}

function notesOf({ model, accuracy, points }: ChosenCurve): string[] {
  const distinct = new Set(points.map(({ parameters }) => parameters.toFixed(3))).size;
  const ascending = points.map(({ parameters, tuned }) => ({ x: parameters, y: tuned })).sort((a, b) => a.x - b.x);
  const tuned = valueAt(ascending, promisedAt);
  return [
    verdictOf({
      what: `${model}, distinct sparsities`,
      measured: distinct,
      unit: "",
      limit: leastSparsities,
      bound: "at least",
    }),
    tuned === undefined
      ? `MISSED: ${model}, no two γ took out more and less than ${percent(promisedAt, 0)} of the parameters`
      : verdictOf({
          what: `${model}, lost with ${percent(promisedAt, 0)} of the parameters gone, between two γ`,
          measured: 100 * (accuracy - tuned),
          unit: " points",
          limit: promisedLoss,
          bound: "at most",
        }),
  ];
}
