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
  /** Layers that keep all their filters. */
  readonly skip?: string;
  /** Ascending. */
  readonly gammas: readonly number[];
  /** What is done to images on the way: `{"flip": true, "shift": 2}` mirrors half and shifts all by up to two pixels. */
  readonly augmented: { readonly flip?: boolean; readonly shift?: number };
}

// The smaller γ is, the better the gradients of the loss tell needed factors from others, and the longer it takes: hence
// small batches, and learning as fast as a network bears it. The CNN without batch normalisation bears little: with a
// learning rate of 0.005 it answers at chance after 150 steps, γ or not.
const usual: readonly SssSubject[] = [
  {
    model: "fashion-vggbn-mawais",
    data: "fashion-mnist",
    dataName: "Fashion-MNIST",
    train: 12_000,
    epochs: 1,
    tuning: 2,
    batchSize: 32,
    learningRate: 0.1,
    momentum: 0.9,
    tuningRate: 0.0005,
    gammas: [0.01, 0.016, 0.022, 0.027, 0.03],
    augmented: {},
  },
  {
    model: "cifar10-tfjs-cnn-zz632",
    data: "cifar10",
    dataName: "CIFAR-10",
    train: 9000,
    epochs: 3,
    tuning: 6,
    batchSize: 16,
    learningRate: 0.002,
    momentum: 0.95,
    tuningRate: 0.0005,
    skip: "conv2d_Conv2D1",
    gammas: [0.022, 0.026, 0.03, 0.035, 0.045],
    augmented: { flip: true },
  },
];

/** What SECATEUR_SSS says instead, of all networks or of one, which it names by its data: `{"only": "cifar10", "epochs": 1}`. */
type Changes = Partial<SssSubject> & { readonly only?: string };

/** The networks with their settings, and whether these are the usual ones. */
export function sssSettings(): { readonly subjects: readonly SssSubject[]; readonly isUsual: boolean } {
  const { only, ...changes } = JSON.parse(process.env.SECATEUR_SSS ?? "{}") as Changes;
  const chosen = usual.filter(({ data }) => only === undefined || data === only);
  const isUsual = Object.keys(changes).length === 0;
  return { subjects: chosen.map((subject) => ({ ...subject, ...changes })), isUsual };
}
