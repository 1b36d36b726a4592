import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { TrainingBatch } from "../../src/pruning/engine/training/contract.ts";
import type { JsonObject, JsonValue, Model, Weight } from "../../src/pruning/model/model.ts";

/** Four 3 × 3 convolutions, the image halved after every second one, and two dense layers, for CIFAR-10. */
export const networkNames = ["plain", "batch-norm"] as const;
export type NetworkName = (typeof networkNames)[number];

export const image = [32, 32, 3] as const;
export const classes = 10;
const filters = [32, 32, 64, 64] as const;
const units = 128;

/** The network with random weights. torch_training.py holds the same. */
export function cifarNetwork(network: NetworkName): Model {
  const normalised = network === "batch-norm";
  const layers: JsonValue[] = [];
  const weights: Weight[] = [];
  const random = xoroshiro128plus(1);
  const add = (class_name: string, name: string, config: JsonObject = {}) =>
    layers.push({ class_name, config: { name, ...config } });
  const weigh = (name: string, shape: number[], value: () => number) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value);
    weights.push({ name, shape, dtype: "float32", bytes: new Uint8Array(values.buffer) });
  };
  const drawn = (inputs: number) => () => (2 * uniformFloat64(random) - 1) * Math.sqrt(6 / inputs);

  let channels: number = image[2];
  for (const [i, count] of filters.entries()) {
    const first = i === 0 ? { batch_input_shape: [null, ...image] } : {};
    const activation = normalised ? "linear" : "relu";
    const config = { filters: count, kernel_size: 3, padding: "same", use_bias: !normalised, activation, ...first };
    add("Conv2D", `conv${i}`, config);
    weigh(`conv${i}/kernel`, [3, 3, channels, count], drawn(9 * channels));
    if (normalised) {
      add("BatchNormalization", `norm${i}`);
      add("ReLU", `relu${i}`);
      for (const name of ["gamma", "moving_variance"]) weigh(`norm${i}/${name}`, [count], () => 1);
      for (const name of ["beta", "moving_mean"]) weigh(`norm${i}/${name}`, [count], () => 0);
    } else weigh(`conv${i}/bias`, [count], () => 0);
    if (i % 2 === 1) add("MaxPooling2D", `pool${i}`, { pool_size: 2 });
    channels = count;
  }
  add("Flatten", "flat");
  const inputs = (image[0] / 4) * (image[1] / 4) * channels;
  for (const [name, from, to, activation] of [
    ["hidden", inputs, units, "relu"],
    ["scores", units, classes, "softmax"],
  ] as const) {
    add("Dense", name, { units: to, activation });
    weigh(`${name}/kernel`, [from, to], drawn(from));
    weigh(`${name}/bias`, [to], () => 0);
  }
  const json: JsonObject = { modelTopology: { class_name: "Sequential", config: { name: network, layers } } };
  const byName = new Map(weights.map((weight) => [weight.name, weight]));
  return { format: "layers-model", source: JSON.stringify(json), json, weights: byName, groups: [] };
}

/** Made-up images, each of a class. */
export function madeUpBatch(count: number): TrainingBatch {
  const random = xoroshiro128plus(2);
  const pixels = image[0] * image[1] * image[2];
  const values = Float32Array.from({ length: count * pixels }, () => uniformFloat64(random));
  const labels = Float32Array.from({ length: count * classes }, (_, i) =>
    i % classes === Math.floor(i / classes) % classes ? 1 : 0,
  );
  return { values, shape: [count, ...image], targets: { labels } };
}
