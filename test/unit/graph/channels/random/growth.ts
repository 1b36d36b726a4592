import fc from "fast-check";
import type { Model } from "../../../../../src/pruning/model/model.ts";
import {
  dense,
  flatten,
  functional,
  indices,
  input,
  layer,
  type Tensor,
  vocabulary,
} from "../architectures/architecture.ts";
import { imageSteps } from "./images.ts";
import { jointSteps } from "./joints.ts";
import { sequenceSteps } from "./sequences.ts";
import { shapeSteps } from "./shapes.ts";

// Networks by chance: each step puts a layer, or a few, on tensors that are there already.

/** What a step knows: the tensors so far, and numbers drawn for it. */
export interface Growth {
  /** All tensors, oldest first. */
  readonly tensors: readonly Tensor[];
  /** Layers that may be called again, with the shape of what they were called on. */
  readonly reusable: { readonly shape: string; readonly apply: (x: Tensor) => Tensor }[];
  /** Models on which others may be put. */
  /** A name that no layer has yet. */
  readonly name: (kind: string) => string;
  /** A whole number from 0 up to below a limit. */
  readonly below: (limit: number) => number;
}

/** Puts something on the network. @returns nothing where no tensor fits */
export type Step = (growth: Growth) => Tensor | undefined;

const steps: Readonly<Record<string, Step>> = { ...imageSteps, ...sequenceSteps, ...shapeSteps, ...jointSteps };

/** Larger tensors are left alone. */
const largest = 400;

interface Draw {
  readonly step: string;
  readonly numbers: readonly number[];
}

/** A network, as the steps that make it. */
export const networks: fc.Arbitrary<readonly Draw[]> = fc.array(
  fc.record({
    step: fc.constantFrom(...Object.keys(steps)),
    numbers: fc.array(fc.nat(999), { minLength: 12, maxLength: 12 }),
  }),
  { minLength: 4, maxLength: 16 },
);

/** Makes a network of an image, a sequence and words; every tensor that nothing reads is read by an output. */
export async function grown(draws: readonly Draw[]): Promise<Model> {
  const inputs = [input("image", 4, 4, 2), input("steps", 4, 3), indices("words", 3)] as const;
  const [image, sequence, words] = inputs;
  const tensors: Tensor[] = [
    image,
    sequence,
    layer("embedding", "known", { inputDim: vocabulary, outputDim: 3 })(words),
  ];
  const reusable: Growth["reusable"] = [];
  for (const [i, { step, numbers }] of draws.entries()) {
    let drawn = 0;
    const below = (limit: number) => (numbers[drawn++ % numbers.length] as number) % limit;
    let names = 0;
    const name = (kind: string) => `${kind}${i}${"abcdef"[names++]}`;
    const made = steps[step]?.({ tensors, reusable, name, below });
    if (made && sizeOf(made) <= largest && sizeOf(made) > 0) tensors.push(made);
  }
  const read = new Set(tensors.flatMap((tensor) => sourcesOf(tensor)));
  const leaves = tensors.filter((tensor) => !read.has(tensor.id));
  const outputs = leaves.map((leaf, i) => dense(`out${i}`, 2)(leaf.rank > 2 ? flatten(`flat${i}`)(leaf) : leaf));
  const [first, ...others] = leaves;
  // Here and there a tensor is given out as it is.
  const given = first && others.length > 2 ? [first] : [];
  return functional(inputs, [...outputs, ...given]);
}

export const lengthsOf = ({ shape }: Tensor): number[] => shape.slice(1) as number[];
export const sizeOf = (tensor: Tensor): number => lengthsOf(tensor).reduce((product, length) => product * length, 1);

/** One of the tensors that some layer can be put on, later ones rather than earlier ones. */
export function choose({ tensors, below }: Growth, fits: (tensor: Tensor) => boolean): Tensor | undefined {
  const fitting = tensors.filter(fits);
  return fitting[fitting.length - 1 - Math.min(below(fitting.length || 1), below(fitting.length || 1))];
}

export const ofRank = (growth: Growth, ...ranks: number[]) => choose(growth, ({ rank }) => ranks.includes(rank));

/** One of a list. */
export const oneOf = <T>({ below }: Growth, list: readonly T[]): T => list[below(list.length)] as T;

export const activations = ["linear", "relu", "sigmoid", "softplus", "tanh", "hardSigmoid", "elu", "swish"] as const;

/** Puts a layer on a tensor and keeps it, to be called again on another of the shape. */
export function put(growth: Growth, apply: (x: Tensor) => Tensor, x: Tensor): Tensor {
  growth.reusable.push({ shape: `${x.shape}`, apply });
  return apply(x);
}

function sourcesOf(tensor: Tensor): number[] {
  return tensor.inputs.map(({ id }) => id);
}
