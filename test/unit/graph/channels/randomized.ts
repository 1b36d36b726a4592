import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Channels, Removal } from "../../../../src/pruning/graph/channels/channels.ts";
import type { Network } from "../../../../src/pruning/graph/network.ts";
import { type JsonObject, type Model, sizeOf, type Weight } from "../../../../src/pruning/model/model.ts";
import { tf } from "../tfjs.ts";
import { vocabulary } from "./architectures/architecture.ts";

// Weights, removals and inputs by chance, the same for the same seed.

/** Numbers from 0 up to 1. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** Between −1 and 1. */
const signed = (random: Random) => 2 * random() - 1;

/** What a weight may hold, by the last part of its name: kernels keep the size of what passes through them. */
const values: Readonly<Record<string, (random: Random) => number>> = {
  moving_variance: (random) => 0.5 + random(),
  gamma: (random) => 0.5 + random(),
  alpha: (random) => random() - 0.25,
  embeddings: (random) => 2 * signed(random),
};

/** A model with other weights, as if it had been read from one file: nothing in it is zero, or maps zero to zero. */
export function randomized(model: Model, random: Random): Model {
  const weights = [...model.weights.values()].map((weight): Weight => {
    const reach = Math.sqrt(6 / (sizeOf(weight.shape) / (weight.shape.at(-1) ?? 1)));
    const value = values[weight.name.split("/").at(-1) ?? ""] ?? ((random) => reach * signed(random));
    const bytes = new Uint8Array(Float32Array.from({ length: sizeOf(weight.shape) }, () => value(random)).buffer);
    return { ...weight, bytes };
  });
  const entries = weights.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype }));
  const json: JsonObject = {
    ...model.json,
    format: "layers-model",
    weightsManifest: [{ paths: ["w.bin"], weights: entries }],
  };
  const sizes = [weights.reduce((sum, { bytes }) => sum + bytes.length, 0)];
  return {
    ...model,
    json,
    source: JSON.stringify(json),
    weights: new Map(weights.map((weight) => [weight.name, weight])),
    groups: [{ paths: ["w.bin"], sizes, names: weights.map(({ name }) => name) }],
  };
}

/** One of every group that has any free, and about such a share of the others; every width keeps one. */
export function randomRemoval({ count, groups }: Channels, share: number, random: Random): Removal {
  const removal = new Uint8Array(count);
  for (const { free, widths } of groups) {
    const shuffled = [...free].map((channel) => ({ channel, key: random() })).sort((a, b) => a.key - b.key);
    for (const [i, { channel }] of shuffled.entries()) {
      if (i > 0 && random() >= share) continue;
      removal[channel] = 1;
      const emptied = widths.some((width) => width.every((each) => removal[each] === 1));
      if (emptied) removal[channel] = 0;
    }
  }
  return removal;
}

/** Two examples for each input; axes of open length get five. The caller disposes of them. */
export function randomInputs({ inputs }: Network, random: Random): tf.Tensor[] {
  return inputs.map(({ name, shape, dtype }) => {
    const isIndex = dtype === "int32" || /embedding/.test(name);
    const lengths = shape.map((length, axis) => length ?? (axis === 0 ? 2 : 5));
    const draw = isIndex ? () => Math.floor(vocabulary * random()) : () => signed(random);
    const drawn = Float32Array.from({ length: sizeOf(lengths) }, draw);
    return tf.tensor(drawn, lengths, dtype === "int32" ? "int32" : "float32");
  });
}
