import assert from "node:assert/strict";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import type { JsonObject, JsonValue, Model } from "../../../src/pruning/model/model.ts";
import { attr, floats, graphModel, ints, node, placeholder } from "./ops/graphs.ts";
import { layers, saved, tf } from "./tfjs.ts";

/** Every place of a JSON value, as the keys that lead there. */
function* places(value: JsonValue, path: readonly string[] = []): Generator<readonly string[]> {
  if (value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    yield [...path, key];
    yield* places(child, [...path, key]);
  }
}

/** A copy with one place taken out, or with something else put there. */
function damaged(value: JsonObject, path: readonly string[], put: JsonValue | undefined): JsonObject {
  const copy = structuredClone(value);
  const parent = path
    .slice(0, -1)
    .reduce<JsonValue>((at, key) => (at as JsonObject)[key] as JsonValue, copy) as JsonObject;
  const key = path.at(-1) as string;
  if (put !== undefined) parent[key] = put;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

const replacements: (JsonValue | undefined)[] = [undefined, null, 0, -1, 1e9, "", "x", [], {}, true, [[1]], { a: 1 }];

/** @returns how many damaged copies were refused */
function tryAll(model: Model): number {
  let refused = 0;
  for (const path of places(model.json)) {
    for (const put of replacements) {
      try {
        const other = { ...model, json: damaged(model.json, path, put) };
        networkOf(other);
        channelsOf(other);
      } catch (error) {
        refused++;
        const where = `${path.join(".")} = ${JSON.stringify(put)}`;
        assert.ok(SecateurError.is(error), `${where}: ${error}`);
        assert.doesNotMatch(error.message, /undefined|NaN|\[object/, where);
      }
    }
  }
  return refused;
}

describe("a model.json with anything at all in one place", () => {
  before(() => tf.setBackend("cpu"));

  it("as a layers model: is understood or refused with a sentence, never a crash", async () => {
    const { input, layers: make, model, sequential } = layers;
    const x = input({ name: "x", shape: [6, 5, 5, 2] });
    const frames = sequential({
      name: "frames",
      layers: [
        make.conv2d({ name: "c", filters: 2, kernelSize: 2, inputShape: [5, 5, 2] }),
        make.flatten({ name: "f" }),
      ],
    });
    const steps = make.timeDistributed({ name: "steps", layer: frames }).apply(x);
    const cell = make.lstm({ name: "lstm", units: 2, recurrentInitializer: "zeros" });
    const both = make.bidirectional({ name: "both", layer: cell as never }).apply(steps);
    const y = make.add({ name: "y" }).apply([both, both] as never);
    const built = model({ inputs: x, outputs: y as never });
    assert.ok(tryAll(await saved(built)) > 300);
    built.dispose();
  });

  it("as a graph model: is understood or refused with a sentence, never a crash", () => {
    const window = { strides: attr.ints(1, 1, 1, 1), padding: attr.text("SAME"), dilations: attr.ints(1, 1, 1, 1) };
    const nodes = [
      placeholder("x", [-1, 4, 4, 1]),
      node("conv", "Conv2D", ["x", "k"], window),
      node("shape", "Shape", ["conv"]),
      node("n", "StridedSlice", ["shape", "from", "to", "by"], { shrink_axis_mask: attr.int(1) }),
      node("target", "Pack", ["n", "rest"], { axis: attr.int(0), N: attr.int(2) }),
      node("flat", "Reshape", ["conv", "target"]),
      node("y", "MatMul", ["flat", "m"], { transpose_b: attr.flag(false) }),
    ];
    const constants = {
      k: floats([2, 2, 1, 3]),
      from: ints([0]),
      to: ints([1]),
      by: ints([1]),
      rest: ints(48),
      m: floats([48, 2]),
    };
    const signature = { inputs: { x: { name: "x:0" } }, outputs: { y: { name: "y:0" } } };
    assert.ok(tryAll(graphModel(nodes, constants, { fields: { signature } })) > 300);
  });
});
