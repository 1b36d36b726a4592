import type { Model } from "../model/model.ts";
import { layersNetwork } from "./layers/layersNetwork.ts";
import type { Network } from "./network.ts";
import { graphNetwork } from "./ops/graphNetwork.ts";

/**
 * The layers of a model with their weights, output shapes and multiply-adds, from its JSON and the small
 * constants shapes are computed from. Loads nothing into TensorFlow.js; refuses what that could not load.
 * @throws SecateurError `unsupported-model` naming the layer that TensorFlow.js 4.22 cannot load or run, and
 *   what to do; `bad-model` where the topology is damaged or its weights do not belong to it
 */
export function networkOf(model: Model): Network {
  return model.format === "layers-model" ? layersNetwork(model) : graphNetwork(model);
}
