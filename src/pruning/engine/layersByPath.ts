import type { layers } from "@tensorflow/tfjs-layers";

export type Layer = layers.Layer;

/** What may hold layers: a model, or a wrapper around one. */
type Holder = Layer & { readonly layers?: readonly Layer[]; readonly layer?: Layer };

/** All layers by their names in a `Network`: those of nested models are `outer/inner`. */
export function layersByPath({ layers = [] }: { readonly layers?: readonly Layer[] }, prefix = ""): Map<string, Layer> {
  return new Map(
    layers.flatMap((layer) => {
      const path = prefix + layer.name;
      const { layer: wrapped } = layer as Holder;
      const model = "layers" in layer ? (layer as Holder) : wrapped && "layers" in wrapped ? (wrapped as Holder) : {};
      return [[path, layer] as const, ...layersByPath(model, `${path}/`)];
    }),
  );
}
