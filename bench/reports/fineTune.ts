import type { NetworkName } from "../support/cifarNetworks.ts";
import { number, percent, type Report, verdictOf } from "../support/report.ts";
import type { Timing } from "../support/time.ts";

export interface FineTuneResult {
  readonly results: readonly Overhead[];
}

export interface Overhead {
  readonly network: NetworkName;
  /** What ran, in the backend's own words. */
  readonly detail: string;
  /** Trained on in an epoch. */
  readonly images: number;
  /** ms of an epoch of steps alone, and of the fineTune step. */
  readonly bare: Timing;
  readonly step: Timing;
}

/** What the fineTune step may cost more than its steps. */
const limit = 0.1;

export function fineTuneReport({ results }: FineTuneResult): Report {
  const more = ({ bare, step }: Overhead) => step.median / bare.median - 1;
  return {
    tables: [
      {
        title: "An epoch of a CNN for CIFAR-10 on WASM, batches of 128: seconds",
        head: ["", "steps alone", "the fineTune step", "more", "images", "with"],
        rows: results.map((each) => [
          each.network,
          ...[each.bare.median / 1000, each.step.median / 1000].map(number),
          percent(more(each), 1),
          number(each.images),
          each.detail,
        ]),
      },
    ],
    notes: results.map((each) =>
      verdictOf({
        what: `${each.network}, fineTune beyond its steps`,
        measured: 100 * more(each),
        unit: " %",
        limit: 100 * limit,
        bound: "at most",
      }),
    ),
  };
}
