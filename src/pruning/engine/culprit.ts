import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { reasonOf } from "../errors.ts";
import { isObject } from "../graph/json.ts";
import type { JsonObject, Model } from "../model/model.ts";
import { undoOnFailure } from "./scope.ts";

/** A layer that TensorFlow.js cannot load. */
export interface Culprit {
  readonly name: string;
  readonly type: string;
  /** In TensorFlow.js's words, where it has any. */
  readonly reason: string;
}

/**
 * Finds the layer of a layers model that loading failed at; TensorFlow.js seldom says. Each layer is built by itself
 * until one fails with the same message; failing that, the weights are compared with what the layers expect.
 */
export async function findCulprit(error: unknown, model: Model): Promise<Culprit | undefined> {
  for (const layer of layersOf(rootOf(model))) {
    const failure = await failureOf({ class_name: "Sequential", config: { name: "probe", layers: [layer] } });
    if (failure !== undefined && reasonOf(failure) === reasonOf(error)) {
      return { name: nameOf(layer), type: String(layer.class_name), reason: reasonOf(error) };
    }
  }
  return findMisfit(model);
}

/** The first layer one of whose weights has another shape in the file than the topology makes it. */
async function findMisfit(model: Model): Promise<Culprit | undefined> {
  try {
    return await undoOnFailure(async () => {
      const built = await loadLayersModel(tf.io.fromMemory({ modelTopology: structuredClone(rootOf(model)) }));
      try {
        for (const layer of built.layers) {
          for (const { originalName, shape } of layer.weights) {
            const stored = model.weights.get(originalName)?.shape;
            if (stored && stored.join() !== shape.join()) {
              const reason = `its weight ${originalName} is [${stored}] in the file but should be [${shape}]`;
              return { name: layer.name, type: layer.getClassName(), reason };
            }
          }
        }
        return undefined;
      } finally {
        built.dispose();
      }
    });
  } catch {
    return undefined;
  }
}

async function failureOf(modelTopology: JsonObject): Promise<unknown> {
  try {
    await undoOnFailure(async () => (await loadLayersModel(tf.io.fromMemory({ modelTopology }))).dispose());
    return undefined;
  } catch (error) {
    return error;
  }
}

/** `{class_name, config}` of the whole model; converters wrap it in `model_config`. */
function rootOf(model: Model): JsonObject {
  const topology = model.json.modelTopology;
  if (!isObject(topology)) return {};
  return isObject(topology.model_config) ? topology.model_config : topology;
}

/** All layers, those of nested models in place of the models; old Sequential models list them right in `config`. */
function layersOf(container: JsonObject): JsonObject[] {
  const { config } = container;
  const layers = isObject(config) ? config.layers : config;
  if (!Array.isArray(layers)) return [container];
  return layers.filter(isObject).flatMap(layersOf);
}

function nameOf({ config, name }: JsonObject): string {
  const inner = isObject(config) ? config.name : undefined;
  return String(inner ?? name ?? "unnamed");
}
