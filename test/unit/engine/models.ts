import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import type { JsonObject, Model, Weight } from "../../../src/pruning/model/model.ts";

/** A Model as reading its files would give, its weights views into one buffer at odd offsets. */
export function modelFrom(format: Model["format"], json: JsonObject, weights: readonly Weight[]): Model {
  const pool = new Uint8Array(3 + weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let start = 3;
  const pooled = weights.map((weight) => {
    pool.set(weight.bytes, start);
    start += weight.bytes.length;
    return { ...weight, bytes: pool.subarray(start - weight.bytes.length, start) };
  });
  return {
    format,
    source: JSON.stringify(json),
    json,
    weights: new Map(pooled.map((weight) => [weight.name, weight])),
    groups: [],
  };
}

export function floatWeight(name: string, shape: readonly number[], values: ArrayLike<number>): Weight {
  return { name, shape, dtype: "float32", bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** What tfjs would save of a layers model; the model itself is disposed of. */
export async function savedModel(model: tfl.LayersModel, includeOptimizer = false): Promise<Model> {
  let artifacts: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(saved) };
    }),
    { includeOptimizer },
  );
  model.dispose();
  const { modelTopology, trainingConfig, weightSpecs = [], weightData } = artifacts;
  const bytes = new Uint8Array(weightData as ArrayBuffer);
  let start = 0;
  const weights = weightSpecs.map(({ name, shape, dtype, group }): Weight => {
    const length = 4 * shape.reduce((a, b) => a * b, 1);
    start += length;
    return { name, shape, dtype, bytes: bytes.subarray(start - length, start), ...(group && { group }) };
  });
  const json = JSON.parse(JSON.stringify({ modelTopology, trainingConfig, weightsManifest: [] }));
  return modelFrom("layers-model", json, weights);
}

/** A graph of `placeholder → op with one constant → output`. */
export function graphModel(op: string, input: readonly number[], constant: Weight, attr: JsonObject = {}): Model {
  const dim = input.map((size) => ({ size: String(size) }));
  const node = [
    { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim } } } },
    { name: constant.name, op: "Const", attr: { dtype: { type: "DT_FLOAT" } } },
    { name: "y", op, input: ["x", constant.name], attr: { T: { type: "DT_FLOAT" }, ...attr } },
  ];
  return modelFrom(
    "graph-model",
    { modelTopology: { node, library: {}, versions: { producer: 1 } }, weightsManifest: [] },
    [constant],
  );
}

export const dense = (units: number, name: string, options = {}) => tfl.layers.dense({ units, name, ...options });
/** A small classifier: convolution, batch norm, dense. */
export const cnn = () =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation: "relu", name: "conv" }),
      tfl.layers.batchNormalization({ name: "norm" }),
      tfl.layers.flatten({ name: "flat" }),
      dense(4, "head", { activation: "softmax" }),
    ],
  });
