import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { openShape, type Program } from "./program.ts";

/** Loads a graph model from memory. Throws what TensorFlow.js throws. */
export const loadGraph = (artifacts: tf.io.ModelArtifacts): Promise<GraphModel> =>
  loadGraphModel(tf.io.fromMemory(artifacts));

/** Loads a graph model from memory, to be run. Throws what TensorFlow.js throws. */
export const loadGraphProgram = async (artifacts: tf.io.ModelArtifacts): Promise<Program> =>
  programOf(await loadGraph(artifacts));

/** A graph model as a program. */
export function programOf(model: GraphModel): Program {
  const signature = model.modelSignature as { inputs?: Record<string, { resourceId?: unknown }> } | undefined;
  // Inputs with a resource are hash tables, which the model fills itself.
  const fed = model.inputNodes
    .map((key, i) => ({ key, info: model.inputs[i] as tf.ModelTensorInfo }))
    .filter(({ key }) => signature?.inputs?.[key]?.resourceId === undefined);
  let hasDynamicOps = false;

  return {
    inputs: fed.map(({ key, info }) => ({ name: key, shape: openShape(info.shape ?? []), dtype: info.dtype })),
    outputs: model.outputNodes.map((name, i) => {
      const shape = model.outputs[i]?.shape;
      return { name, shape: shape ? openShape(shape) : null };
    }),
    async run(feeds, wanted) {
      const named = Object.fromEntries(fed.map(({ key }, i) => [key, feeds[i] as tf.Tensor]));
      const names = [...wanted];
      if (!hasDynamicOps) {
        try {
          return [model.execute(named, names)].flat();
        } catch (error) {
          // Control flow and ops like NonMaxSuppression only run asynchronously; tfjs tells by throwing.
          if (!(error instanceof Error && error.message.includes("dynamic op"))) throw error;
          hasDynamicOps = true;
        }
      }
      return [await model.executeAsync(named, names)].flat();
    },
    dispose: () => model.dispose(),
  };
}
