import type { JsonObject, JsonValue } from "../../src/pruning/model/model.ts";
import { float32, int32, type StoredModel, type StoredWeight } from "./modelFiles.ts";

// The smallest models that TensorFlow.js opens.

const dense = (name: string, units: number, more: JsonObject = {}): JsonObject => ({
  class_name: "Dense",
  config: { name, units, use_bias: true, activation: "linear", trainable: true, dtype: "float32", ...more },
});

/** Three inputs, four hidden units, two outputs. */
export const layersTopology: JsonObject = {
  keras_version: "2.15.0",
  backend: "tensorflow",
  model_config: {
    class_name: "Sequential",
    config: { name: "tiny", layers: [dense("hidden", 4, { batch_input_shape: [null, 3] }), dense("output", 2)] },
  },
};

export const layersWeights: readonly StoredWeight[] = [
  float32("hidden/kernel", [3, 4], [0.9, -0.1, 0.2, 0.3, -0.8, 0.05, 0, 0.4, 0.7, -0.6, 0.5, -0.02]),
  float32("hidden/bias", [4], [0.001, -0.002, 0.003, 0]),
  float32("output/kernel", [4, 2], [1.5, -1.25, 0.125, 0.25, -0.375, 2, 0.01, -0.015]),
  float32("output/bias", [2], [0.1, 0.2]),
];

export const tinyLayersModel: StoredModel = { topology: layersTopology, groups: [{ weights: layersWeights }] };

const node = (name: string, op: string, input: string[], attr: JsonObject): JsonObject => ({ name, op, input, attr });
const typed: JsonObject = { type: "DT_FLOAT" };
const sizes = (...lengths: number[]): JsonValue => lengths.map((length) => ({ size: `${length}` }));

const constant = (name: string, dtype: string, ...lengths: number[]): JsonObject =>
  node(name, "Const", [], {
    dtype: { type: dtype },
    value: { tensor: { dtype, tensorShape: { dim: sizes(...lengths) } } },
  });

/** y = x · kernel, with an initializer whose constant lies among the weights, as hash tables have. */
export const tinyGraphModel: StoredModel = {
  topology: {
    node: [
      node("x", "Placeholder", [], { dtype: typed, shape: { shape: { dim: sizes(-1, 3) } } }),
      constant("kernel", "DT_FLOAT", 3, 2),
      node("y", "MatMul", ["x", "kernel"], {
        T: typed,
        transpose_a: { b: false },
        transpose_b: { b: false },
      }),
    ],
    library: {},
    versions: { producer: 1e3 },
  },
  fields: {
    format: "graph-model",
    generatedBy: "2.15.0",
    convertedBy: "TensorFlow.js Converter v4.22.0",
    signature: {
      inputs: { x: { name: "x:0", dtype: "DT_FLOAT", tensorShape: { dim: sizes(-1, 3) } } },
      outputs: { y: { name: "y:0", dtype: "DT_FLOAT", tensorShape: { dim: sizes(-1, 2) } } },
    },
    modelInitializer: { node: [constant("keys", "DT_INT32", 2)], library: {}, versions: { producer: 1000 } },
    initializerSignature: { inputs: {}, outputs: { init: { name: "keys:0", dtype: "DT_INT32", tensorShape: {} } } },
    userDefinedMetadata: { labels: ["cat", "dog"] },
  },
  groups: [{ weights: [float32("kernel", [3, 2], [1, -2, 0.5, 0.25, -3, 4]), int32("keys", [2], [7, 8])] }],
};
