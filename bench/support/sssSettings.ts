import { changesIn } from "./changes.ts";
import { wholeCifar10 } from "./cifar10.ts";
import type { CorpusSubject } from "./corpus.ts";

/** One network of the benchmark, and how it is trained. */
export interface SssSubject extends CorpusSubject {
  /** Passes that choose, and that train what is left. */
  readonly epochs: number;
  readonly tuning: number;
  /** Of the choosing, by Nesterov's SGD: images a step, its learning rate and momentum. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** Of the fine-tuning, by Adam. */
  readonly tuningRate: number;
  /** Ascending. */
  readonly gammas: readonly number[];
  /** What is done to images on the way: `{"flip": true, "shift": 2}` mirrors half and shifts all by up to two pixels. */
  readonly augmented: { readonly flip?: boolean; readonly shift?: number };
}

// The smaller γ is, the better the gradients of the loss tell needed factors from others, and the longer it takes: hence
// small batches, and learning as fast as a network bears it. The CNN without batch normalisation bears little.
const usual: readonly SssSubject[] = [
  {
    model: "fashion-vggbn-mawais",
    data: "fashion-mnist",
    dataName: "Fashion-MNIST",
    train: 36_000,
    epochs: 1,
    tuning: 1,
    batchSize: 32,
    learningRate: 0.1,
    momentum: 0.9,
    tuningRate: 0.0005,
    gammas: [0.009, 0.017, 0.025, 0.032, 0.04],
    augmented: {},
  },
  {
    model: "cifar10-tfjs-cnn-zz632",
    data: "cifar10",
    dataName: "CIFAR-10",
    wholeData: wholeCifar10,
    train: 45_000,
    epochs: 3,
    tuning: 2,
    batchSize: 32,
    learningRate: 0.005,
    momentum: 0.9,
    tuningRate: 0.001,
    gammas: [0.012, 0.026, 0.03, 0.034, 0.038],
    augmented: { flip: true, shift: 2 },
  },
];

/**
 * The networks with their settings, and whether these are the usual ones. SECATEUR_SSS gives others, for all networks or for
 * one, which it names by its data: `{"only": "cifar10", "epochs": 1}`.
 */
export function sssSettings(): { readonly subjects: readonly SssSubject[]; readonly isUsual: boolean } {
  const { only, changes, isUsual } = changesIn<SssSubject>("SECATEUR_SSS");
  const chosen = usual.filter(({ data }) => only === undefined || data === only);
  return { subjects: chosen.map((subject) => ({ ...subject, ...changes })), isUsual };
}
