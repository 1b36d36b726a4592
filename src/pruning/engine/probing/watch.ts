import type * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";

type Layer = layers.Layer;
type Call = Layer["call"];

/** Told of each call of a layer, within a tidy: its first input and its first output. */
export type Watch = (input: tf.Tensor, output: tf.Tensor) => unknown;

/** Runs synchronous code, and tells of every call of some layers, at whatever depth they are called. */
export function watching<T>(watches: ReadonlyMap<Layer, readonly Watch[]>, run: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const [layer, tell] of watches) {
      const own = Object.getOwnPropertyDescriptor(layer, "call");
      const call: Call = layer.call.bind(layer);
      undo.push(() => {
        if (own) Object.defineProperty(layer, "call", own);
        else Reflect.deleteProperty(layer, "call");
      });
      layer.call = (inputs, options) => {
        const outputs = call(inputs, options);
        for (const watch of tell) watch(first(inputs), first(outputs));
        return outputs;
      };
    }
    return run();
  } finally {
    for (const back of undo) back();
  }
}

const first = (tensors: tf.Tensor | tf.Tensor[]): tf.Tensor => [tensors].flat()[0] as tf.Tensor;

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
