import type { LayersModel } from "@tensorflow/tfjs-layers";

export type Layer = LayersModel["layers"][number];

/** The layers of a model by the names they have in a network: `outer/inner` for those of nested models. */
export function layersByPath(model: LayersModel, prefix = ""): ReadonlyMap<string, Layer> {
  const found = new Map<string, Layer>();
  for (const layer of model.layers) {
    const inner = innerModel(layer);
    if (!inner) found.set(prefix + layer.name, layer);
    else for (const [path, each] of layersByPath(inner, `${prefix}${layer.name}/`)) found.set(path, each);
  }
  return found;
}

/** The model that a layer is, or that a TimeDistributed repeats. */
function innerModel(layer: Layer): LayersModel | undefined {
  const candidates = [layer, "layer" in layer ? layer.layer : undefined];
  return candidates.find((each): each is LayersModel => typeof each === "object" && each !== null && "layers" in each);
}
