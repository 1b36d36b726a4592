import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Scaling } from "../../src/pruning/data/dataset.ts";
import { projectRoot } from "./paths.ts";

const shared = join(projectRoot, "..", "shared");
const corpus = process.env.SECATEUR_CORPUS ?? join(shared, "corpus");

/** A trained network by others, and images that it knows. */
export interface GreedyNetwork {
  readonly model: string;
  readonly data: string;
  readonly scaling: Scaling;
  /** Layers that keep their filters. */
  readonly skip?: string;
  /** Whether the plain loop takes so long that it is timed on a sample of candidates. */
  readonly isSampled: boolean;
  /** Whether it is let choose among all candidates all the same, once, on the native backend. */
  readonly isChecked?: boolean;
  /** How many times faster the search is to be than the plain loop. */
  readonly target?: number;
}

const cifar10 = join(corpus, "data", "cifar10");
const inCorpus = (name: string) => join(corpus, "models", name, "model.json");

const known: Readonly<Record<string, GreedyNetwork>> = {
  "cifar10-tfjs-cnn-zz632": {
    model: inCorpus("cifar10-tfjs-cnn-zz632"),
    data: cifar10,
    scaling: { name: "x/255" },
    skip: "dense*",
    isSampled: false,
    target: 20,
  },
  "mnist-tfjs-cnn-zz632": {
    model: inCorpus("mnist-tfjs-cnn-zz632"),
    data: join(corpus, "data", "mnist"),
    scaling: { name: "x/255" },
    skip: "dense*",
    isSampled: false,
  },
  "fashion-vggbn-mawais": {
    model: inCorpus("fashion-vggbn-mawais"),
    data: join(corpus, "data", "fashion-mnist"),
    scaling: { name: "x/255" },
    skip: "dense*",
    isSampled: true,
    target: 8,
  },
  "cifar10-resnet20": {
    model: join(shared, "models", "cifar10-resnet20", "model.json"),
    data: cifar10,
    scaling: { name: "mean-std", mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
    isSampled: true,
    isChecked: true,
    target: 8,
  },
};

/** Those that are there. */
export const greedyNetworks: ReadonlyMap<string, GreedyNetwork> = new Map(
  Object.entries(known).filter(([, { model, data }]) => existsSync(model) && existsSync(data)),
);
