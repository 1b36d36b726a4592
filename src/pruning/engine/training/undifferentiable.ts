import * as tf from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { gradientsOf } from "../scope.ts";

type Layer = layers.Layer;

/** In place of a length that is only known when the model runs. */
const someLength = 4;

/**
 * Finds the first layer whose own gradient TensorFlow.js cannot compute, by computing each one's on made-up numbers;
 * what it throws seldom says which it was.
 * @returns such as `layer "conv" (Conv2D)`
 */
export function findUndifferentiable(all: readonly Layer[]): string | undefined {
  const found = all.filter(isLeaf).find((layer) => tf.tidy(() => runs(layer) && !differentiates(layer)));
  return found && `layer "${found.name}" (${found.getClassName()})`;
}

function isLeaf(layer: Layer): boolean {
  return !("layers" in layer) && layer.inboundNodes.some(({ inputShapes }) => inputShapes.length > 0);
}

function runs(layer: Layer): boolean {
  return !throws(() => applied(layer, inputsOf(layer)));
}

function differentiates(layer: Layer): boolean {
  const inputs = inputsOf(layer).map((input) => tf.variable(input));
  try {
    return !throws(() => gradientsOf(() => tf.sum(applied(layer, inputs)), [...inputs, ...weightsOf(layer)]));
  } finally {
    tf.dispose(inputs);
  }
}

const weightsOf = (layer: Layer) => layer.trainableWeights.map((weight) => weight.read() as tf.Variable);

function applied(layer: Layer, inputs: tf.Tensor[]): tf.Tensor {
  const made = layer.apply(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs, { training: true });
  return ([made].flat() as tf.Tensor[])[0] as tf.Tensor;
}

function inputsOf({ inboundNodes: [node] }: Layer): tf.Tensor[] {
  const shapes = (node?.inputShapes ?? []) as (number | null)[][];
  return shapes.map((shape) => tf.ones(shape.map((length) => length ?? someLength)));
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
