import type { Recipe } from "../../src/pruning/recipe/schema.ts";
import { changesIn } from "./changes.ts";
import { wholeCifar10 } from "./cifar10.ts";
import type { CorpusSubject } from "./corpus.ts";

/** One network of the benchmark, and how both curves are made. */
export interface HybridSubject extends CorpusSubject {
  /** Optimiser steps from the unpruned model to any point of either curve, and images in each. */
  readonly steps: number;
  readonly batchSize: number;
  /** The other options of training, for both. */
  readonly training: Readonly<Record<string, unknown>>;
  /** What magnitude alone makes zero, ascending. */
  readonly sparsities: readonly number[];
  readonly search: Search;
  /** What magnitude makes zero of what the search left, ascending. */
  readonly rest: readonly number[];
}

/** The greedy part of the hybrid. */
export interface Search {
  /** How many filters go. */
  readonly filters: number;
  /** The other options of the search. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Training while filters go; where it is left out, all of it comes after magnitude. */
  readonly training?: {
    /** Filters that go at a time. */
    readonly perStep: number;
    /** Optimiser steps between two removals, and after the last one. */
    readonly between: number;
    readonly after: number;
    /** So low that magnitudes still tell what matters. */
    readonly learningRate: number;
  };
}

const sparsities = [0.5, 0.6, 0.7, 0.8, 0.9];

const usual: readonly HybridSubject[] = [
  {
    model: "cifar10-tfjs-cnn-zz632",
    data: "cifar10",
    dataName: "CIFAR-10",
    wholeData: wholeCifar10,
    train: 45_000,
    steps: 700,
    batchSize: 64,
    training: { learningRate: 0.002, flip: true, shift: 2, keep: "last" },
    sparsities,
    // About as many filters as go without any loss, for more than a third of the dense units never answer: so all of the
    // training comes after magnitude.
    search: { filters: 32, options: { images: 500 } },
    rest: [0.3, 0.46, 0.6, 0.735, 0.87],
  },
  {
    model: "fashion-vggbn-mawais",
    data: "fashion-mnist",
    dataName: "Fashion-MNIST",
    train: 24_000,
    steps: 700,
    batchSize: 32,
    training: { learningRate: 0.001, flip: true, shift: 1, keep: "last" },
    sparsities,
    search: {
      filters: 40,
      options: { images: 200, shortlist: 16, criterion: "l2" },
      training: { perStep: 20, between: 40, after: 40, learningRate: 0.0002 },
    },
    rest: [0.47, 0.58, 0.685, 0.79, 0.896],
  },
];

export interface HybridSettings {
  readonly subjects: readonly HybridSubject[];
  /** Nothing but the backend is another than usual, of one network or all. */
  readonly isUsual: boolean;
  readonly backend: Recipe["backend"];
}

/**
 * The usual settings, or what SECATEUR_HYBRID says instead, for all networks or for one, which it names by its data:
 * `{"only": "cifar10", "steps": 50}`.
 */
export function hybridSettings(): HybridSettings {
  const { only, changes: given } = changesIn<HybridSubject & Pick<Recipe, "backend">>("SECATEUR_HYBRID");
  const { backend, ...changes } = given;
  const chosen = usual.filter(({ data }) => only === undefined || data === only);
  const isUsual = Object.keys(changes).length === 0;
  return { subjects: chosen.map((subject) => ({ ...subject, ...changes })), isUsual, backend };
}
