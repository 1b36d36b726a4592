import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { filesOf } from "../../../../src/pruning/model/write.ts";
import { layers, tf } from "../tfjs.ts";

// TensorFlow.js as anybody uses it: it reads what was written, and computes.

/** Loads the files that a model is written as. */
export function stock(model: Model): Promise<layers.LayersModel> {
  const files = new Map(filesOf(model).map(({ path, chunks }) => [path, Buffer.concat(chunks)]));
  return loaded((path) => files.get(path) as Buffer);
}

/** Loads a model from a disk. @param path of its model.json */
export function stockFrom(path: string): Promise<layers.LayersModel> {
  return loaded((file) => readFileSync(file === "model.json" ? path : join(dirname(path), file)));
}

async function loaded(read: (path: string) => Buffer): Promise<layers.LayersModel> {
  const json: tf.io.ModelJSON = JSON.parse(read("model.json").toString("utf8"));
  const weights = async (
    manifest: tf.io.WeightsManifestConfig,
  ): Promise<[tf.io.WeightsManifestEntry[], ArrayBuffer]> => {
    const bytes = Buffer.concat(manifest.flatMap(({ paths }) => paths.map(read)));
    return [tf.io.getWeightSpecs(manifest), new Uint8Array(bytes).buffer];
  };
  return layers.loadLayersModel({ load: () => tf.io.getModelArtifactsForJSON(json, weights) });
}

/** What a model answers, output by output. */
export function answersOf(model: layers.LayersModel, inputs: tf.Tensor[]): Float32Array[] {
  return tf.tidy(() => {
    const outputs = [model.predict(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs)].flat();
    return outputs.map((output) => Float32Array.from(output.dataSync()));
  });
}

/** Kernels that run others, which are told of too. */
const manyInOne: Readonly<Record<string, string>> = { tensorflow: "_FusedMatMul", wasm: "Conv3DBackpropInputV2" };

/** Multiply-adds of all kernels that TensorFlow.js runs for some inputs, counted from their tensors. */
export async function macsRun(model: layers.LayersModel, inputs: tf.Tensor[]): Promise<number> {
  const { kernels } = await tf.profile(() => {
    answersOf(model, inputs);
    return [];
  });
  const once = kernels.filter(({ name }) => name !== manyInOne[tf.getBackend()]);
  const counts = once.map(({ name, inputShapes, outputShapes }) =>
    macsOf(name, inputShapes as number[][], outputShapes[0] as number[]),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

function macsOf(kernel: string, [x = [], weights = []]: number[][], output: readonly number[]): number {
  switch (kernel) {
    case "Conv2D":
    case "FusedConv2D":
    case "Conv3D":
      // Every output is a sum over a window and the channels in it.
      return size(output) * size(weights.slice(0, -1));
    case "Conv2DBackpropInput":
    case "Conv3DBackpropInputV2":
      // Every input, with its channels, is multiplied with a window and the channels made of it.
      return size(x) * size(weights.slice(0, -1));
    case "DepthwiseConv2dNative":
    case "FusedDepthwiseConv2D":
      return size(output) * size(weights.slice(0, 2));
    case "BatchMatMul":
    case "_FusedMatMul":
      return (size(x) * size(weights)) / size(x.slice(0, -2)) / (x.at(-1) as number);
    default:
      return 0;
  }
}
