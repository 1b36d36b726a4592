import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import type { ModelFormat, Weight } from "../../src/pruning/model/model.ts";

// What TensorFlow.js makes of a model in a browser: over HTTP, each weight file an ArrayBuffer of its own.

/** A weight as TensorFlow.js decodes it. */
export interface LoadedWeight {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Interleaved for complex64; the strings' bytes for string. */
  readonly values: Float32Array | Int32Array | Uint8Array | Uint8Array[];
}

// TensorFlow.js would advise, once, to use tfjs-node.
tf.enableProdMode();

const origin = "http://models.test/";

/** The handler that `tf.loadLayersModel("http://…/model.json")` makes, fetching from a folder instead. */
export function overHttp(path: string): tf.io.IOHandler {
  const fetchFunc = async (url: string): Promise<Response> => {
    const file = decodeURIComponent(new URL(url).pathname);
    return new Response(new Uint8Array(await readFile(join(dirname(path), file))));
  };
  return tf.io.http(origin + basename(path), { fetchFunc: fetchFunc as typeof fetch });
}

/** All weights of a model as a browser decodes them. */
export async function weightsInBrowser(path: string): Promise<Map<string, LoadedWeight>> {
  const artifacts = await overHttp(path).load?.();
  assert.ok(artifacts?.weightData && artifacts.weightSpecs, `${path} has weights`);
  return decoded(artifacts.weightData as ArrayBuffer[], artifacts.weightSpecs);
}

/** One weight as TensorFlow.js decodes it. */
export async function decodedByTensorFlow({ bytes, ...entry }: Weight): Promise<LoadedWeight> {
  const buffer = new Uint8Array(bytes).buffer;
  const weights = await decoded([buffer], [entry as unknown as tf.io.WeightsManifestEntry]);
  return weights.get(entry.name) as LoadedWeight;
}

/** Decodes weight files with `tf.io.decodeWeights`. */
export async function decoded(
  files: ArrayBuffer[],
  specs: readonly tf.io.WeightsManifestEntry[],
): Promise<Map<string, LoadedWeight>> {
  await tf.setBackend("cpu");
  const tensors = Object.entries(tf.io.decodeWeights(files, [...specs]));
  const weights = await Promise.all(
    tensors.map(async ([name, tensor]): Promise<[string, LoadedWeight]> => {
      const { shape, dtype } = tensor;
      const values = dtype === "string" ? ((await tensor.bytes()) as Uint8Array[]) : await tensor.data();
      return [name, { shape, dtype, values: values as LoadedWeight["values"] }];
    }),
  );
  tf.dispose(tensors.map(([, tensor]) => tensor));
  return new Map(weights);
}

/** Opens a model with TensorFlow.js as a browser would, and closes it again. @throws whatever it throws */
export async function openInBrowser(path: string, format: ModelFormat): Promise<void> {
  await tf.setBackend("cpu");
  const model = await (format === "graph-model" ? loadGraphModel(overHttp(path)) : loadLayersModel(overHttp(path)));
  model.dispose();
}
