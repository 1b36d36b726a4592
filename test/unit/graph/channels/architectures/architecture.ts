import type { JsonObject, JsonValue, Model } from "../../../../../src/pruning/model/model.ts";
import { layers, layersModelOf, saved } from "../../tfjs.ts";

// Small networks with the groups a person finds in them, and short ways to build them.

/** A network, and what there is to know of its channels. */
export interface Architecture {
  /** The model, its weights zeros. Inputs of type int32 are indices below `vocabulary`. */
  readonly build: () => Promise<Model>;
  /** Its groups as `described` writes them, found by hand. */
  readonly groups: readonly string[];
  /** Backends that lack what it takes to run it. */
  readonly lacking?: readonly string[];
}

export type Architectures = Readonly<Record<string, Architecture>>;

/** How many words an Embedding of these networks knows at least. */
export const vocabulary = 5;

export type Tensor = layers.SymbolicTensor;
type Tensors = Tensor | readonly Tensor[];
type Make = (config: never) => layers.layers.Layer;
type Config = Readonly<Record<string, unknown>>;

const tfl = layers.layers as unknown as Readonly<Record<string, Make>>;

/** A layer of tfjs by the name of its maker, as wrappers take one. */
export function innerLayer(make: string, name: string, config: Config = {}): layers.layers.Layer {
  const made = tfl[make]?.({ name, ...config } as never);
  if (!made) throw new Error(`tfjs makes no ${make}`);
  return made;
}

/** The same as a function, which may be called on several tensors. */
export function layer(make: string, name: string, config: Config = {}): (input: Tensors) => Tensor {
  const it = innerLayer(make, name, config);
  return (input) => it.apply(input as Tensor) as Tensor;
}

/** The same for a layer of several outputs. */
export function layerOfSeveral(make: string, name: string, config: Config = {}) {
  const apply = layer(make, name, config);
  return (input: Tensors) => apply(input) as unknown as readonly Tensor[];
}

/** A model as a layer. */
export const nested =
  (model: layers.LayersModel) =>
  (input: Tensors): Tensor =>
    model.apply(input as Tensor) as Tensor;

export const input = (name: string, ...shape: (number | null)[]): Tensor => layers.input({ name, shape });
export const indices = (name: string, ...shape: (number | null)[]): Tensor =>
  layers.input({ name, shape, dtype: "int32" });

const window = { kernelSize: 3, padding: "same", kernelInitializer: "zeros" };

/** 3×3, same padding, ReLU; zeros for weights, because tfjs's orthogonal ones need more of tfjs than is loaded. */
export const conv = (name: string, filters: number, config: Config = {}) =>
  layer("conv2d", name, { filters, activation: "relu", ...window, ...config });
export const linear = { activation: "linear" };
export const depthwise = (name: string, config: Config = {}) =>
  layer("depthwiseConv2d", name, { ...window, depthwiseInitializer: "zeros", ...config });
export const dense = (name: string, units: number, config: Config = {}) => layer("dense", name, { units, ...config });
export const norm = (name: string, config: Config = {}) => layer("batchNormalization", name, config);
export const activation = (name: string, kind: string) => layer("activation", name, { activation: kind });
export const add = (name: string) => layer("add", name);
export const concat = (name: string, axis = -1) => layer("concatenate", name, { axis });
export const flatten = (name = "flatten", config: Config = {}) => layer("flatten", name, config);
export const globalPool = (name = "pool") => layer("globalAveragePooling2d", name);
export const reshape = (name: string, ...targetShape: (number | null)[]) => layer("reshape", name, { targetShape });

/** Of a recurrent layer: not the orthogonal initialiser, as above. */
export const still = { kernelInitializer: "zeros", recurrentInitializer: "zeros" };

/** A functional model of tfjs, once it is saved. */
export async function functional(inputs: Tensors, outputs: Tensors): Promise<Model> {
  return savedOnce(layers.model({ inputs: inputs as Tensor, outputs: outputs as Tensor, name: "net" }));
}

/** A Sequential of tfjs, once it is saved. */
export function sequential(...stack: readonly layers.layers.Layer[]): Promise<Model> {
  return savedOnce(layers.sequential({ name: "net", layers: [...stack] }));
}

async function savedOnce(built: layers.LayersModel): Promise<Model> {
  const { warn } = console;
  // tfjs warns of states that a layer is given, which are among its inputs in the file.
  console.warn = () => {};
  try {
    return await saved(built);
  } finally {
    console.warn = warn;
    built.dispose();
  }
}

/** A layer as Keras writes it into a file. @param inbound names of the layers whose outputs it is called on */
export const entry = (class_name: string, name: string, config: JsonObject, ...inbound: string[]): JsonObject => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes: inbound.length === 0 ? [] : [inbound.map((from): JsonValue => [from, 0, 0, {}])],
});

/** An InputLayer as Keras writes it. */
export const inputEntry = (name: string, ...shape: (number | null)[]): JsonObject =>
  entry("InputLayer", name, { batch_input_shape: [null, ...shape], dtype: "float32", sparse: false });

/** A functional model's config as Keras writes it. */
export const functionalConfig = (
  name: string,
  list: JsonObject[],
  inputs: string[],
  outputs: string[],
): JsonObject => ({
  name,
  layers: list,
  input_layers: inputs.map((each) => [each, 0, 0]),
  output_layers: outputs.map((each) => [each, 0, 0]),
});

/** A file as the converter writes it. */
export async function fromKeras(
  class_name: string,
  config: JsonObject,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<Model> {
  return layersModelOf(
    { keras_version: "2.15.0", backend: "tensorflow", model_config: { class_name, config } },
    shapes,
  );
}

/** The line of a layer that the model answers with. */
export const answers = (units: number, name = "out"): string =>
  `${name}: 0 of ${units} free; because Layer "${name}" gives these channels out: the model answers with them.`;
