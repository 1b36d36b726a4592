import * as tfl from "@tensorflow/tfjs-layers";
import type { Dataset, Split } from "../../../src/pruning/data/dataset.ts";
import { fitToInput } from "../../../src/pruning/data/fit.ts";
import { scaleBatch } from "../../../src/pruning/data/scaling.ts";
import type { TrainerOptions, TrainingBatch } from "../../../src/pruning/engine/training/contract.ts";
import type { Network } from "../../../src/pruning/graph/network.ts";
import { withValues } from "../../../src/pruning/model/encode.ts";
import { type JsonObject, type Model, withWeights } from "../../../src/pruning/model/model.ts";
import { readModel } from "../../../src/pruning/model/read.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import type { Mask } from "../../../src/pruning/model/zero.ts";
import { labelDistributions, type TrainingData } from "../../../src/pruning/training/batches.ts";
import { rolesOf } from "../../../src/pruning/training/roles.ts";
import { placeModel } from "../../support/modelFiles.ts";
import { dense, floatWeight, savedModel } from "../engine/models.ts";
import { numbers } from "../engine/oracles.ts";

// Models and data so small that plain JavaScript trains them in no time.

/** Backends that training is tested on. */
export const trainingBackends = ["wasm", "cpu", "tensorflow"] as const;

/** The same with WebGPU, for what differs between backends: a processor in a graphics card's stead takes its time. */
export const everyBackend = [...trainingBackends, "webgpu"] as const;

export const size = { height: 6, width: 6, channels: 2 };
export const classes = 4;
const pixels = size.height * size.width * size.channels;

/** Noisy images, each labelled by the quadrant that is bright in its first channel. */
export function quadrants(count: number, seed: number): Split {
  const noise = numbers([count * pixels], seed).values;
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const images = Uint8Array.from(noise, (value, at) => {
    const [y, x, channel] = [Math.floor(at / 12) % 6, Math.floor(at / 2) % 6, at % 2];
    const quadrant = 2 * Number(y > 2) + Number(x > 2);
    const bright = channel === 0 && quadrant === labels[Math.floor(at / pixels)];
    return 60 + 60 * value + (bright ? 120 : 0);
  });
  return { count, images, labels };
}

/** A split as models take it whose input is [batch, 6, 6, 2] or of the given shape. */
export function dataOf(split: Split, inputShape: readonly (number | null)[] = [null, 6, 6, 2]): TrainingData {
  const dataset: Dataset = { path: "quadrants", format: "idx", ...size, classes, train: split };
  return { ...size, split, fit: fitToInput(dataset, inputShape), scaling: { name: "x/255" } };
}

/** Some images as one batch, with their labels as targets. */
export function batchOf(count: number, seed: number, shape: readonly number[] = [6, 6, 2]): TrainingBatch {
  const split = quadrants(count, seed);
  const values = scaleBatch(split, 0, count, { name: "x/255" }, size.channels);
  return { values, shape: [count, ...shape], targets: { labels: labelDistributions(split.labels, classes, 0) } };
}

const inputShape = [6, 6, 2];

/** A small classifier with batch normalisation and dropout. */
export const cnn = () => [
  tfl.layers.conv2d({ inputShape, filters: 3, kernelSize: 3, activation: "relu", name: "conv" }),
  tfl.layers.batchNormalization({ momentum: 0.9, name: "norm" }),
  tfl.layers.dropout({ rate: 0.3, name: "drop" }),
  tfl.layers.flatten({ name: "flat" }),
  dense(classes, "head", { activation: "softmax" }),
];

/** The same without what behaves otherwise in training. */
export const plainCnn = () => cnn().filter(({ name }) => name !== "norm" && name !== "drop");

/** The first layer of `cnn` for one size of batch alone. */
export const fixedBatch = (batch: number) =>
  tfl.layers.conv2d({ batchInputShape: [batch, ...inputShape], filters: 3, kernelSize: 3, name: "conv" });

/** Layers in a row as a model of files, with repeatable weights. */
export async function modelOf(layers: tfl.layers.Layer[]): Promise<Model> {
  return repeatable(await savedModel(tfl.sequential({ layers })));
}

/** A model with numbers for weights that depend on their place alone; variances are positive. */
export function repeatable(model: Model): Model {
  return withWeights(
    model,
    [...model.weights.values()].map(({ name, shape }, i) => {
      const { values } = numbers(shape, i + 1);
      const scaled = values.map((value) => (name.endsWith("variance") ? 1 + value / 2 : value / 2));
      return floatWeight(name, shape, scaled);
    }),
  );
}

/** The model with a share of every kernel at zero, here and there. */
export function sparse(model: Model, share: number): Model {
  return withWeights(
    model,
    [...model.weights.values()].map((weight, i) => {
      if (!/(kernel|weights?)$/.test(weight.name)) return weight;
      const draws = numbers(weight.shape, 50 + i).values;
      return floatWeight(
        weight.name,
        weight.shape,
        decodeFloats(weight).map((value, at) => ((draws[at] as number) < 2 * share - 1 ? 0 : value)),
      );
    }),
  );
}

/** The model with its weights stored as converters quantize them. */
export function storedAs(model: Model, storage: "float32" | "float16" | "uint8"): Model {
  if (storage === "float32") return model;
  return withWeights(
    model,
    [...model.weights.values()].map((weight) => {
      const bytes = new Uint8Array(weight.bytes.length / (storage === "uint8" ? 4 : 2));
      const quantization = { dtype: storage, ...(storage === "uint8" && { scale: 1, min: 0 }) };
      return withValues({ ...weight, bytes, quantization }, decodeFloats(weight));
    }),
  );
}

/** Writes a model's files into a folder. @returns path of its model.json */
export function placedAt(folder: string, { json, weights }: Model): string {
  const stored = [...weights.values()].map(({ bytes, ...entry }) => ({ entry: entry as unknown as JsonObject, bytes }));
  return placeModel(folder, { topology: json.modelTopology ?? null, groups: [{ weights: stored }] });
}

/** The model as it is read back from files. */
export const placed = (folder: string, model: Model): Promise<Model> => readModel(placedAt(folder, model));

/** What a trainer is given where a test has nothing special in mind. */
export function trainerOptions(network: Network, masks: ReadonlyMap<string, Mask>): TrainerOptions {
  return {
    optimizer: { name: "adam", weightDecay: 0 },
    classes,
    masks,
    ...rolesOf(network),
    temperature: 1,
    teacherShare: 0,
  };
}

/** A weight's values by name. */
export const valuesOf = (model: Model, name: string): Float32Array => {
  const weight = model.weights.get(name);
  if (!weight) throw new Error(`${name} is none of ${[...model.weights.keys()].join(", ")}`);
  return decodeFloats(weight);
};

/** Where a model's weights are zero. */
export function zerosOf(model: Model): Record<string, string> {
  return Object.fromEntries(
    [...model.weights.values()]
      .filter(({ dtype }) => dtype === "float32")
      .map((weight) => [weight.name, Array.from(decodeFloats(weight), (value) => Number(value === 0)).join("")]),
  );
}
