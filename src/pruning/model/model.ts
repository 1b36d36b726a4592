/** `layers-model`: a Keras topology. `graph-model`: a TensorFlow GraphDef. */
export type ModelFormat = "layers-model" | "graph-model";

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export type DType = "float32" | "int32" | "bool" | "string" | "complex64";

/** How a tensor is stored, as in the weights manifest. `value = code * scale + min`, or IEEE half for float16. */
export interface Quantization {
  readonly dtype: "uint8" | "uint16" | "float16";
  readonly scale?: number;
  readonly min?: number;
}

/**
 * One tensor of a model, in the bytes of the file: little endian, row-major. What nobody changes is written
 * back byte for byte; `decode` (values.ts) gives numbers.
 */
export interface Weight {
  readonly name: string;
  /** `[]` for a scalar. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly bytes: Uint8Array;
  readonly quantization?: Quantization;
  /** Set on the weights of an optimiser that a tfjs `save({includeOptimizer: true})` left in the file. */
  readonly group?: "model" | "optimizer";
}

/** One group of the manifest: its files in order, and the names of the weights that fill them in order. */
export interface WeightGroup {
  readonly paths: readonly string[];
  /** Length in bytes of each file of `paths`. */
  readonly sizes: readonly number[];
  readonly names: readonly string[];
}

/**
 * A TensorFlow.js model as plain, immutable data. `source` is the text of model.json, the truth for all that
 * is not understood here; `json` is the same parsed, for reading only.
 */
export interface Model {
  readonly format: ModelFormat;
  readonly source: string;
  readonly json: JsonObject;
  readonly weights: ReadonlyMap<string, Weight>;
  readonly groups: readonly WeightGroup[];
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The model with some weights replaced; each must exist already. Everything else is shared. */
export function withWeights(model: Model, changed: Iterable<Weight>): Model {
  const weights = new Map(model.weights);
  for (const weight of changed) {
    if (!weights.has(weight.name)) throw new Error(`no weight named ${weight.name}`);
    weights.set(weight.name, weight);
  }
  return { ...model, weights };
}
