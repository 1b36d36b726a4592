import type * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { layersByPath } from "../layersByPath.ts";
import { loadLayers, programOf } from "../layersProgram.ts";
import type { Program } from "../program.ts";
import { prepareLayer } from "../training/layers.ts";
import { flattened, variablesOf } from "../training/layersTrainable.ts";
import { findUndifferentiable } from "../training/undifferentiable.ts";

/** A layers model with its parts at hand. */
export interface OpenModel {
  readonly program: Program;
  /** By the names of `Model.weights`. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  /** By the names of `Network.layers`. */
  readonly layers: ReadonlyMap<string, layers.Layer>;
  /** A forward pass as in use; one tensor per output of the program. */
  forward(input: tf.Tensor): tf.Tensor[];
  /** The layer whose gradient cannot be computed, where one can be told. */
  culprit(): string | undefined;
}

/** Loads a layers model so that it can be looked into. Throws what TensorFlow.js throws. */
export async function openLayers(artifacts: tf.io.ModelArtifacts): Promise<OpenModel> {
  const model = await loadLayers(artifacts);
  const all = flattened(model);
  for (const layer of all) prepareLayer(layer);
  return {
    program: programOf(model),
    variables: variablesOf(
      model,
      (artifacts.weightSpecs ?? []).map(({ name }) => name),
    ),
    layers: layersByPath(model),
    forward: (input) => [model.apply(input, { training: false })].flat() as tf.Tensor[],
    culprit: () => findUndifferentiable(all),
  };
}
