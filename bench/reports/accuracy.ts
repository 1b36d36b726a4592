import { percent, type Report } from "../support/report.ts";

/** Measured independently of Secateur. Shares; `within` either way. */
const published = [
  { sparsity: 0, accuracy: 0.9064, within: 0.00005 },
  { sparsity: 0.3, accuracy: 0.905, within: 0.001 },
  { sparsity: 0.6, accuracy: 0.875, within: 0.003 },
];

export interface Curve {
  readonly backend: string;
  /** Unpruned first; the same sparsities on each backend. `sparsity` is what was asked for. */
  readonly points: readonly { readonly sparsity: number; readonly accuracy: number }[];
}

export interface AccuracyResult {
  readonly model: string;
  readonly data: string;
  readonly curves: readonly Curve[];
}

export function accuracyReport({ model, data, curves }: AccuracyResult): Report {
  const accuracyAt = ({ points }: Curve, sparsity: number) =>
    points.find((point) => point.sparsity === sparsity)?.accuracy ?? Number.NaN;
  const rows = (curves[0]?.points ?? []).map(({ sparsity }) => {
    const expected = published.find((point) => point.sparsity === sparsity);
    return [
      percent(sparsity, 0),
      ...curves.map((curve) => percent(accuracyAt(curve, sparsity), 2)),
      expected ? `${percent(expected.accuracy, 2)} ± ${(100 * expected.within).toFixed(2)}` : "",
    ];
  });
  const notes = curves.map((curve) => {
    const missed = published.filter(
      ({ sparsity, accuracy, within }) => !(Math.abs(accuracyAt(curve, sparsity) - accuracy) <= within + 1e-9),
    );
    const where = missed.map(({ sparsity }) => percent(sparsity, 0)).join(", ");
    return missed.length === 0 ? `met: ${curve.backend}, as expected` : `MISSED: ${curve.backend} at ${where}`;
  });
  const title = `Accuracy of ${model} on ${data}, magnitude pruning over all layers`;
  return { tables: [{ title, head: ["sparsity", ...curves.map(({ backend }) => backend), "expected"], rows }], notes };
}
