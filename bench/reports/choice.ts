import type { GreedyRun } from "../support/greedyRun.ts";
import { number, percent, type Report, verdictOf } from "../support/report.ts";

/** What two ways to search removed from a network, one filter after the other. */
export interface Chosen extends GreedyRun {
  readonly network: string;
}

export interface ChoiceResult {
  readonly results: readonly Chosen[];
}

export function choiceReport({ results }: ChoiceResult): Report {
  return {
    tables: results.map(({ network, images, detail, removals }) => ({
      title: `Filters removed from ${network}, judged by ${number(images)} images on tfjs-node ${detail}; seconds`,
      head: ["filter", "of", "plain loop", "exact search", "answers spared", "the same"],
      rows: removals.map(({ filter, candidates, plain, race, evaluations, isSame }) => [
        filter,
        number(candidates),
        number(plain / 1000),
        number(race / 1000),
        percent(1 - evaluations.done / evaluations.possible, 1),
        isSame ? "yes" : "no",
      ]),
    })),
    notes: results.map(({ network, removals }) =>
      verdictOf({
        what: `${network}, removals as the plain loop among all candidates`,
        measured: removals.filter(({ isSame, searched, candidates }) => isSame && searched === candidates).length,
        unit: "",
        limit: removals.length,
        bound: "at least",
      }),
    ),
  };
}
