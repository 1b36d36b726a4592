import assert from "node:assert/strict";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { shrink } from "../../../../src/pruning/graph/channels/shrink.ts";
import { type Model, sizeOf, type Weight } from "../../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../../src/pruning/model/values.ts";
import { tf } from "../tfjs.ts";
import { numbered, removing } from "./numbered.ts";
import { weightCases } from "./weights/all.ts";
import type { Format } from "./weights/weightCase.ts";

// After test_surgery of keras-surgeon: expected weights by hand, for the first filter, the last, and two between.

const last: readonly Format[] = ["channelsLast"];

describe("weights once filters are gone, to the number", () => {
  before(() => tf.setBackend("cpu"));

  for (const [name, { build, lost, formats = last }] of Object.entries(weightCases)) {
    for (const format of formats) {
      for (const [words, gone] of Object.entries({ "the first": [0], "the last": [3], "two between": [1, 2] })) {
        it(`${name}, ${format}: ${words}`, async () => {
          const model = allNumbered(await build(format));
          const channels = channelsOf(model);
          const small = shrink(model, channels, removing(channels, { a: gone }));
          const expected = lost(gone, format);
          for (const weight of model.weights.values()) {
            const after = small.weights.get(weight.name) as Weight;
            const [shape, values] = without(weight, expected[weight.name] ?? {});
            assert.deepEqual([after.shape, [...decodeFloats(after)]], [shape, values], weight.name);
          }
          for (const each of Object.keys(expected)) assert.ok(model.weights.has(each), `there is a weight ${each}`);
        });
      }
    }
  }
});

/** Weights that tell where each of their elements stood. */
function allNumbered(model: Model): Model {
  const weights = [...model.weights.values()].map(({ name, shape }) => numbered(name, shape));
  return { ...model, weights: new Map(weights.map((weight) => [weight.name, weight])) };
}

/** What is left of a weight by the plainest of loops: an element stays where none of its indices is lost. */
function without({ shape, ...weight }: Weight, lost: Readonly<Record<number, readonly number[]>>) {
  const values = decodeFloats({ ...weight, shape });
  const isLost = (element: number) =>
    shape.some((length, axis) => {
      const index = Math.floor(element / sizeOf(shape.slice(axis + 1))) % length;
      return lost[axis]?.includes(index) ?? false;
    });
  return [
    shape.map((length, axis) => length - (lost[axis]?.length ?? 0)),
    [...values].filter((_, element) => !isLost(element)),
  ] as const;
}
