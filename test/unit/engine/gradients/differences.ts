import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { prepareLayer } from "../../../../src/pruning/engine/training/layers.ts";
import { flattened } from "../../../../src/pruning/engine/training/layersTrainable.ts";
import { numbers } from "../oracles.ts";
import type { Case } from "./cases.ts";

/** What a case comes to on one backend: flat values. */
export interface Gradients {
  readonly y: Float32Array;
  /** Gradients of the loss by the input (unless it is indices) and by each trainable weight. */
  readonly by: readonly Float32Array[];
}

/** Less than half the distance between the nearest two values of an input, so that none overtakes another. */
const stepFor = (input: Float32Array) => Math.min(2 ** -5, 0.8 / input.length);

/** Places of a tensor that are tried. */
const sampleSize = 24;

/** A model of known weights, its input, and the loss; disposed of by the caller. */
function prepare(test: Case, own: boolean) {
  const model = test.build();
  if (own) for (const layer of flattened(model)) prepareLayer(layer);
  const weights = model.weights.map((weight, i) => {
    const values = numbers(weight.shape as number[], i + 1).values.map((value) => value / 2);
    return weight.originalName.endsWith("variance") ? values.map((value) => Math.abs(value) + 0.5) : values;
  });
  const input = test.indices
    ? numbers(test.input, 9).values.map((v) => Math.floor(((v + 1) * (test.indices as number)) / 2))
    : spread(test.input);
  return { model, weights, input };
}

/** As many different values between -1 and 1, none of them 0, in no order. */
function spread(shape: readonly number[]): Float32Array {
  const { values } = numbers(shape, 9);
  const order = Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
  const spaced = new Float32Array(values.length);
  order.forEach((place, rank) => {
    spaced[place] = (2 * rank + 1) / values.length - 1;
  });
  return spaced;
}

function assign(model: LayersModel, weights: readonly Float32Array[]): void {
  model.weights.forEach((weight, i) => {
    tf.tidy(() => void weight.write(tf.tensor(weights[i] as Float32Array, weight.shape as number[])));
  });
}

function forward(test: Case, model: LayersModel, x: tf.Tensor): tf.Tensor {
  return model.apply(x, { training: test.training ?? false }) as tf.Tensor;
}

/** A weighted sum of the outputs and of their squares, unless the case is about a loss of its own. */
function lossOf(test: Case, y: tf.Tensor): tf.Scalar {
  if (test.loss) return tf.sum(test.loss(y));
  const factors = tf.tensor(numbers(y.shape, 77).values, y.shape);
  return tf.add(tf.sum(tf.mul(y, factors)), tf.mul(tf.sum(tf.square(y)), 0.5)) as tf.Scalar;
}

/** Gradients as tfjs computes them on the active backend, with our layers and gradients or without. */
export async function gradientsOf(test: Case, own = true): Promise<Gradients> {
  const { model, weights, input } = prepare(test, own);
  const x = tf.tensor(input, [...test.input]);
  const tensors: tf.Tensor[] = [x];
  try {
    assign(model, weights);
    const y = tf.tidy(() => forward(test, model, x));
    tensors.push(y);
    assign(model, weights);
    if (!test.indices) tensors.push(tf.grad((each) => lossOf(test, forward(test, model, each)))(x));
    // Training moves the averages of batch normalisation.
    assign(model, weights);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    if (variables.length > 0) {
      const { value, grads } = tf.variableGrads(() => lossOf(test, forward(test, model, x)), variables);
      tensors.push(...variables.map(({ name }) => grads[name] as tf.Tensor));
      value.dispose();
    }
    const [, yValues, ...by] = (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
    return { y: yValues as Float32Array, by };
  } finally {
    tf.dispose(tensors);
    model.dispose();
  }
}

/** One derivative by central differences; NaN where the loss has a kink nearby. */
export interface Difference {
  /** Which of the gradients, and which place in it. */
  readonly of: number;
  readonly place: number;
  readonly value: number;
}

/** Derivatives at some places of the input and of each weight, the loss summed in double precision. */
export function differencesOf(test: Case): Difference[] {
  const { model, weights, input } = prepare(test, true);
  const loss = (values: readonly Float32Array[], x: Float32Array) => {
    assign(model, values);
    return tf.tidy(() => sumInDouble(test, forward(test, model, tf.tensor(x, [...test.input]))));
  };
  const step = stepFor(input);
  const trainable = model.weights
    .map((_, i) => i)
    .filter((i) => model.trainableWeights.includes(model.weights[i] as never));
  const targets = [...(test.indices ? [] : [input]), ...trainable.map((i) => weights[i] as Float32Array)];
  const found = targets.flatMap((target, of) =>
    sample(target.length).map((place) => {
      const at = (distance: number) => {
        const before = target[place] as number;
        target[place] = before + distance;
        const exact = (target[place] as number) - before;
        const value = loss(weights, input);
        target[place] = before;
        return { exact, value };
      };
      const slope = (distance: number) => {
        const [right, left] = [at(distance), at(-distance)];
        return (right.value - left.value) / (right.exact - left.exact);
      };
      const [near, far] = [slope(step / 2), slope(step)];
      const smooth = Math.abs(near - far) < 2e-3 * Math.max(1, Math.abs(far));
      return { of, place, value: smooth ? (4 * near - far) / 3 : Number.NaN };
    }),
  );
  model.dispose();
  return found;
}

function sumInDouble(test: Case, y: tf.Tensor): number {
  if (test.loss) return lossOf(test, y).dataSync()[0] as number;
  const factors = numbers(y.shape, 77).values;
  return (y.dataSync() as Float32Array).reduce(
    (sum, value, i) => sum + value * (factors[i] as number) + (value * value) / 2,
    0,
  );
}

/** Places spread over a tensor, in no regular pattern. */
function sample(length: number): number[] {
  const count = Math.min(length, sampleSize);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5 * ((i * 0.618) % 1)) * length) / count));
}
