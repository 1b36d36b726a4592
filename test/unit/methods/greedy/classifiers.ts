import type { Feed } from "../../../../src/pruning/data/feed.ts";
import type { Network } from "../../../../src/pruning/graph/network.ts";
import { type Model, sizeOf, withWeights } from "../../../../src/pruning/model/model.ts";
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  flatten,
  functional,
  globalPool,
  input,
  layer,
  linear,
  nested,
  norm,
  reshape,
  still,
  type Tensor,
} from "../../graph/channels/architectures/architecture.ts";
import { type Random, randomFrom, randomized } from "../../graph/channels/randomized.ts";
import { layers } from "../../graph/tfjs.ts";

export const classes = 4;

/** Makes a small network with weights by chance, that tells classes apart. */
export type Classifier = (random: Random) => Promise<Model>;

const answer = (hidden: Tensor) => dense("answer", classes, { activation: "softmax" })(hidden);
const image = () => input("image", 6, 6, 2);

/** One of each kind of network that a search must get right. */
export const classifiers: Readonly<Record<string, Classifier>> = {
  plain: chance(() => {
    const x = image();
    const pool = layer("maxPooling2d", "pool", { poolSize: 2 });
    return functional(
      x,
      answer(dense("hidden", 6, { activation: "tanh" })(flatten()(pool(conv("b", 5)(conv("a", 4)(x)))))),
    );
  }),
  residual: chance(() => {
    const x = image();
    const stem = activation("r0", "relu")(norm("n0")(conv("stem", 5, linear)(x)));
    const inner = activation("r1", "relu")(norm("n1")(conv("a", 4, linear)(stem)));
    const sum = activation("r2", "relu")(add("sum")([stem, norm("n2")(conv("b", 5, linear)(inner))]));
    return functional(x, answer(globalPool()(conv("c", 4, { strides: 2 })(sum))));
  }),
  depthwise: chance(() => {
    const x = image();
    const wide = norm("n")(depthwise("d", { depthMultiplier: 2 })(conv("a", 4)(x)));
    return functional(
      x,
      answer(
        globalPool()(
          layer("separableConv2d", "s", {
            filters: 5,
            kernelSize: 3,
            depthwiseInitializer: "zeros",
            pointwiseInitializer: "zeros",
          })(wide),
        ),
      ),
    );
  }),
  concat: chance(() => {
    const x = image();
    const [a, b] = [conv("a", 3)(x), conv("b", 4, { activation: "sigmoid" })(x)];
    return functional(x, answer(flatten()(conv("c", 3)(concat("join")([a, b, a])))));
  }),
  nested: chance(() => {
    const inside = input("inside", 6, 6, 4);
    const block = layers.model({
      inputs: inside,
      outputs: conv("inner2", 4)(conv("inner1", 5)(inside)),
      name: "block",
    });
    const x = image();
    return functional(x, answer(globalPool()(nested(block)(conv("a", 4)(x)))));
  }),
  LSTM: chance(() => {
    const x = image();
    const rows = reshape("rows", 6, 12)(x);
    const first = layer("lstm", "first", { units: 4, returnSequences: true, ...still })(rows);
    return functional(x, answer(dense("hidden", 4)(layer("gru", "second", { units: 3, ...still })(first))));
  }),
};

/** Weights by chance; one dead filter and one that is the same as another, where ties are broken. */
function chance(build: () => Promise<Model>): Classifier {
  return async (random) => {
    const model = randomized(await build(), random);
    const first = [...model.weights.values()].find(({ shape }) => shape.length === 4);
    if (!first) return model;
    const filters = first.shape.at(-1) as number;
    const values = new Float32Array(first.bytes.slice().buffer);
    for (let i = 0; i < values.length; i += filters) {
      values[i + 1] = 0;
      values[i + filters - 1] = values[i] as number;
    }
    return withWeights(model, [{ ...first, bytes: new Uint8Array(values.buffer) }]);
  };
}

/** Images of noise, and labels of which the search knows no better. */
export function labelledImages({ inputs }: Network, count: number, seed: number): { readonly feed: Feed } {
  const random = randomFrom(seed + 100);
  const example = (inputs[0]?.shape.slice(1) ?? []).map((length) => length ?? 1);
  const bytes = (length: number, below: number) => Uint8Array.from({ length }, () => Math.floor(below * random()));
  const split = { count, images: bytes(count * sizeOf(example), 256), labels: bytes(count, classes) };
  const fit = { example, channelsFirst: false, batchSize: null, channels: example.at(-1) as number, classes };
  return { feed: { split, fit, scaling: { name: "x/255" } } };
}
