import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as converter from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import type { JsonObject, Model, Weight } from "../../../src/pruning/model/model.ts";

// TensorFlow.js as the oracle of what can be told of a model without it.

export { converter, layers, tf };

/** Opens the fastest backend that every machine has. */
export async function openWasm(): Promise<void> {
  await tf.setBackend("wasm");
  await tf.ready();
}

/** A model as TensorFlow.js takes it from a file. */
export function artifactsOf(model: Model): tf.io.ModelArtifacts {
  const weights = [...model.weights.values()];
  const total = weights.reduce((sum, weight) => sum + weight.bytes.byteLength, 0);
  const weightData = new Uint8Array(total);
  let offset = 0;
  for (const { bytes } of weights) {
    weightData.set(bytes, offset);
    offset += bytes.byteLength;
  }
  const json = structuredClone(model.json) as tf.io.ModelArtifacts;
  return { ...json, weightSpecs: weights.map(specOf), weightData: weightData.buffer };
}

function specOf(weight: Weight): tf.io.WeightsManifestEntry {
  const { bytes: _, ...spec } = weight;
  return structuredClone(spec) as tf.io.WeightsManifestEntry;
}

export function loadLayers(model: Model): Promise<layers.LayersModel> {
  return layers.loadLayersModel({ load: async () => artifactsOf(model) });
}

export async function loadGraph(model: Model): Promise<converter.GraphModel> {
  return converter.loadGraphModel({ load: async () => artifactsOf(model) });
}

/** A layers model of some topology, with weights of zeros. */
export function layersModelOf(topology: JsonObject, shapes: Readonly<Record<string, readonly number[]>>): Model {
  return modelOf("layers-model", { modelTopology: topology }, shapes);
}

/** A model of some JSON, with float weights of zeros. */
export function modelOf(
  format: Model["format"],
  json: JsonObject,
  shapes: Readonly<Record<string, readonly number[]>>,
): Model {
  const weights = Object.entries(shapes).map(([name, shape]): [string, Weight] => {
    const bytes = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
    return [name, { name, shape, dtype: "float32", bytes }];
  });
  return { format, source: JSON.stringify(json), json, weights: new Map(weights), groups: [] };
}

/** What a model built in code is once saved to a file. */
export async function saved(model: layers.LayersModel): Promise<Model> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (each) => {
      artifacts = each;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(each) };
    }),
  );
  if (!artifacts) throw new Error("nothing was saved");
  const json = JSON.parse(JSON.stringify({ modelTopology: artifacts.modelTopology })) as JsonObject;
  const shapes = Object.fromEntries((artifacts.weightSpecs ?? []).map((spec) => [spec.name, spec.shape]));
  return modelOf("layers-model", json, shapes);
}
