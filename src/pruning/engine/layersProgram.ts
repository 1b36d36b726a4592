import * as tf from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { openShape, type Program } from "./program.ts";

/** Loads a layers model from memory. Throws what TensorFlow.js throws. */
export const loadLayers = (artifacts: tf.io.ModelArtifacts): Promise<LayersModel> =>
  loadLayersModel(tf.io.fromMemory(artifacts));

/** Loads a layers model from memory, to be run. Throws what TensorFlow.js throws. */
export const loadLayersProgram = async (artifacts: tf.io.ModelArtifacts): Promise<Program> =>
  programOf(await loadLayers(artifacts));

/** A layers model as a program. */
export function programOf(model: LayersModel): Program {
  const outputs = model.outputs.map(spec);
  const names = outputs.map(({ name }) => name);
  return {
    inputs: model.inputs.map((input) => ({ ...spec(input), dtype: input.dtype })),
    outputs,
    run: async (feeds, wanted) =>
      tf.tidy(() => {
        const made = [model.predictOnBatch(feeds.length === 1 ? (feeds[0] as tf.Tensor) : feeds)].flat();
        return wanted.map((name) => made[names.indexOf(name)] as tf.Tensor);
      }),
    dispose() {
      const weights = model.getWeights();
      model.dispose();
      // Layers of nested models are counted once too often, and so outlive the model.
      tf.dispose(weights.filter((weight) => !weight.isDisposed));
    },
  };
}

/** By the layer's name: a tensor's own is numbered over all models of the process. */
function spec({ sourceLayer, shape }: SymbolicTensor): { name: string; shape: (number | null)[] } {
  return { name: sourceLayer.name, shape: openShape(shape) };
}
