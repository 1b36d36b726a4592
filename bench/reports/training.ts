import { type NetworkName, networkNames } from "../support/cifarNetworks.ts";
import { number, type Report, verdictOf } from "../support/report.ts";
import type { Timing } from "../support/time.ts";

export interface TrainingResult {
  readonly unit: "images per second";
  readonly results: readonly Throughput[];
}

export interface Throughput {
  readonly name: string;
  /** What ran, in its own words. */
  readonly detail: string;
  readonly network: NetworkName;
  /** Images per second. */
  readonly forward: number;
  readonly training: number;
  /** ms of a training step. */
  readonly step: Timing;
}

/** Images per second in training, on two threads of WASM. */
const targets: Readonly<Record<NetworkName, number>> = { plain: 200, "batch-norm": 120 };

export function trainingReport({ results }: TrainingResult): Report {
  return {
    tables: networkNames.map((network) => ({
      title: `A CNN for CIFAR-10, ${network}, batches of 128: images per second`,
      head: ["", "forward", "training", "a step, ms", "fastest", "slowest", "with"],
      rows: results
        .filter((each) => each.network === network)
        .map(({ name, detail, forward, training, step }) => [
          name,
          ...[forward, training, step.median, step.fastest, step.slowest].map(number),
          detail,
        ]),
    })),
    notes: results
      .filter(({ name }) => name === "wasm, 2 threads")
      .map(({ network, training }) =>
        verdictOf({
          what: `${network}, wasm on 2 threads`,
          measured: training,
          unit: " images a second",
          limit: targets[network],
          bound: "at least",
        }),
      ),
  };
}
