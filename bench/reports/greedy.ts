import type { GreedyMemory } from "../support/greedyMemory.ts";
import type { GreedyRun, Removal } from "../support/greedyRun.ts";
import { number, percent, type Report, verdictOf } from "../support/report.ts";

export interface GreedyResult {
  readonly results: readonly Searched[];
  /** Left out where there is no PyTorch. */
  readonly torch?: TorchSearch;
}

/** What was found on one network. */
export interface Searched extends GreedyRun {
  readonly network: string;
  readonly target?: number;
  readonly memory: GreedyMemory;
}

/** The plain loop by PyTorch. */
export interface TorchSearch {
  readonly detail: string;
  readonly network: string;
  readonly candidates: number;
  readonly searched: number;
  /** ms for those that were tried. */
  readonly plain: number;
}

/** Gigabytes that a search may take. */
const mostMemory = 1.5;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** ms of a removal by the plain loop, extrapolated where not all candidates were tried. */
const plainOf = ({ plain, candidates, searched }: Pick<Removal, "plain" | "candidates" | "searched">): number =>
  (plain * candidates) / searched;

const speedUp = ({ removals }: GreedyRun): number => sum(removals.map(plainOf)) / sum(removals.map(({ race }) => race));

export function greedyReport({ results, torch }: GreedyResult): Report {
  return {
    tables: [
      {
        title: "One removal, in seconds, and the memory of a search among 16 filters on many images",
        head: [
          "",
          "exact search",
          "plain loop",
          "times faster",
          "answers spared",
          "the same",
          "tried plainly",
          "images",
          "peak GB",
          "with",
        ],
        rows: results.map((each) => [each.network, ...rowOf(each)]),
      },
      ...(torch
        ? [
            {
              title: "The plain loop by PyTorch, in seconds for one removal",
              head: ["", "plain loop", "tried", "with"],
              rows: [
                [
                  torch.network,
                  number(plainOf(torch) / 1000),
                  `${torch.searched} of ${torch.candidates}`,
                  torch.detail,
                ],
              ],
            },
          ]
        : []),
    ],
    notes: [
      ...results.flatMap(({ network, removals }) => [
        `${network}: ${removals.map(({ filter }) => filter).join(", then ")}`,
      ]),
      ...results.flatMap((each) => verdictsOf(each)),
    ],
  };
}

function rowOf(run: Searched): string[] {
  const { removals, images, memory, detail } = run;
  const done = sum(removals.map(({ evaluations }) => evaluations.done));
  const possible = sum(removals.map(({ evaluations }) => evaluations.possible));
  const mean = (values: readonly number[]) => number(sum(values) / values.length / 1000);
  const [first] = removals;
  const isWhole = removals.every(({ searched, candidates }) => searched === candidates);
  return [
    mean(removals.map(({ race }) => race)),
    mean(removals.map(plainOf)),
    number(speedUp(run)),
    percent(1 - done / possible, 1),
    `${removals.filter(({ isSame }) => isSame).length} of ${removals.length}`,
    isWhole ? "all" : `${first?.searched} of ${first?.candidates}, extrapolated`,
    number(images),
    `${number(memory.bytes / 1e9)} (${number(memory.images)} images)`,
    detail,
  ];
}

function verdictsOf(run: Searched): string[] {
  const { network, target, memory, removals } = run;
  return [
    ...(target === undefined
      ? []
      : [
          verdictOf({
            what: `${network}, times faster than the plain loop`,
            measured: speedUp(run),
            unit: "",
            limit: target,
            bound: "at least",
          }),
        ]),
    verdictOf({
      what: `${network}, removals as the plain loop`,
      measured: removals.filter(({ isSame }) => isSame).length,
      unit: "",
      limit: removals.length,
      bound: "at least",
    }),
    verdictOf({
      what: `${network}, memory`,
      measured: memory.bytes / 1e9,
      unit: " GB",
      limit: mostMemory,
      bound: "at most",
    }),
  ];
}
