import type { LayersModel } from "@tensorflow/tfjs-layers";
import { callsOf } from "../../graph/calls.ts";
import { channelsOf } from "../../graph/channels/channelsOf.ts";
import { networkOf } from "../../graph/networkOf.ts";
import type { Model } from "../../model/model.ts";
import { type Layer, layersByPath } from "../layersByPath.ts";
import { type Folded, fold } from "./fold.ts";
import { type Reading, readingsOf } from "./plan.ts";

/** A model as calls that can be made one by one. */
export interface AblationPlan extends Folded {
  /** By the names that calls give to layers. */
  readonly layers: ReadonlyMap<string, Layer>;
  readonly readings: ReadonlyMap<string, readonly Reading[]>;
}

/**
 * How a loaded model can be run in parts. Where layers tell others which steps to leave out (Keras masks), which only
 * the model itself hands on, it is one single call.
 */
export function planOf(model: Model, loaded: LayersModel): AblationPlan {
  const layers = layersByPath(loaded);
  const readings = readingsOf(networkOf(model), channelsOf(model));
  if (![...layers.values()].some(makesMask)) return { ...fold(callsOf(model), layers), layers, readings };
  const whole = [...readings].flatMap(([path, own]) =>
    own.map((reading) => {
      const weight = layers.get(path)?.weights[reading.weight];
      return { ...reading, weight: weight ? loaded.weights.indexOf(weight) : -1 };
    }),
  );
  const outputs = loaded.outputs.map((_, i) => i + 1);
  return {
    calls: { inputs: [0], outputs, calls: [{ kind: "layer", layer: loaded.name, inputs: [0], outputs }] },
    linear: new Map(),
    layers: new Map([[loaded.name, loaded]]),
    readings: new Map([[loaded.name, whole]]),
  };
}

const makesMask = (layer: Layer): boolean =>
  layer.getClassName() === "Masking" || ("maskZero" in layer && layer.maskZero === true);
