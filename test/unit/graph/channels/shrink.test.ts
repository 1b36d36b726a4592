import assert from "node:assert/strict";
import type { Channels } from "../../../../src/pruning/graph/channels/channels.ts";
import { channelsOf } from "../../../../src/pruning/graph/channels/channelsOf.ts";
import { shrink } from "../../../../src/pruning/graph/channels/shrink.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { JsonObject, Model, Weight } from "../../../../src/pruning/model/model.ts";
import { coded, convolved, layer, numbered, planned, removing, sequential, valuesOf } from "./numbered.ts";

const shrunk = (model: Model, positions: Readonly<Record<string, readonly number[]>>): Model => {
  const { channels, removal } = planned(model, positions);
  return shrink(model, channels, removal);
};

/** Channels of one weight, 0 to 3 along the axes that are named, all free. */
function byHand(weight: Weight, axes: readonly (readonly number[] | null)[]): Channels {
  const channels = Int32Array.of(0, 1, 2, 3);
  const group = { name: "g", makers: [], followers: [], readers: [], channels, free: channels, widths: [channels] };
  const counting = axes.map((axis) => axis && ({ channels: Int32Array.from(axis), use: "makes" } as const));
  return { count: 4, groups: [group], weights: new Map([[weight.name, counting]]), settings: [] };
}

describe("shrinking", () => {
  it("takes filters out of the layer, what follows it and what reads it, positions of a flatten included", () => {
    const small = shrunk(convolved(), { conv: [1] });
    assert.deepEqual(valuesOf(small), {
      "conv/kernel": [1, 3, 4, 6],
      "conv/bias": [11, 13],
      "bn/gamma": [21, 23],
      "bn/beta": [31, 33],
      "bn/moving_mean": [41, 43],
      "bn/moving_variance": [51, 53],
      // Two positions of three channels each: rows 1 and 4 go.
      "head/kernel": [101, 102, 105, 106, 107, 108, 111, 112],
      "head/bias": [121, 122],
    });
    assert.deepEqual(small.weights.get("conv/kernel")?.shape, [1, 1, 2, 2]);
    assert.deepEqual(small.weights.get("head/kernel")?.shape, [4, 2]);
    assert.equal(
      networkOf(small)
        .layers.find(({ name }) => name === "conv")
        ?.outputShape?.at(-1),
      2,
    );
  });

  for (const [indices, kernel, head] of [
    [[0], [2, 3, 5, 6], [103, 104, 105, 106, 109, 110, 111, 112]],
    [[2], [1, 2, 4, 5], [101, 102, 103, 104, 107, 108, 109, 110]],
    [
      [0, 1],
      [3, 6],
      [105, 106, 111, 112],
    ],
  ] as const) {
    it(`takes out filters ${indices.join(" and ")}`, () => {
      const values = valuesOf(shrunk(convolved(), { conv: indices }));
      assert.deepEqual(values["conv/kernel"], kernel);
      assert.deepEqual(values["head/kernel"], head);
    });
  }

  it("takes channels out along any axis, along several, and where a number stands more than once", () => {
    const taken = (shape: number[], axes: (number[] | null)[], gone: number[]) => {
      const weight = numbered("w", shape);
      const model = sequential([], [weight]);
      const removal = Uint8Array.from([0, 1, 2, 3], (channel) => Number(gone.includes(channel)));
      const after = shrink(model, byHand(weight, axes), removal).weights.get("w") as Weight;
      return { shape: after.shape, values: valuesOf({ ...model, weights: new Map([["w", after]]) }).w };
    };
    assert.deepEqual(taken([4, 2], [[0, 1, 2, 3], null], [1, 2]), { shape: [2, 2], values: [1, 2, 7, 8] });
    assert.deepEqual(taken([2, 4], [null, [0, 1, 2, 3]], [0]), { shape: [2, 3], values: [2, 3, 4, 6, 7, 8] });
    assert.deepEqual(
      taken(
        [2, 3],
        [
          [0, 1],
          [1, 2, 3],
        ],
        [1],
      ),
      { shape: [1, 2], values: [2, 3] },
    );
    // Gates, a flatten, a depthwise multiplier: each time a channel stands, its elements go.
    assert.deepEqual(taken([6], [[2, 3, 2, 3, 2, 3]], [2]), { shape: [3], values: [2, 4, 6] });
    assert.deepEqual(taken([2, 1, 3], [[0, 1], null, null], [0]), { shape: [1, 1, 3], values: [4, 5, 6] });
  });

  it("keeps quantization, and the bytes of what stays", () => {
    for (const dtype of ["uint8", "uint16"] as const) {
      const weight = coded("w", [2, 4], { dtype, scale: 0.5, min: -1 });
      const model = sequential([], [weight]);
      const after = shrink(model, byHand(weight, [null, [0, 1, 2, 3]]), Uint8Array.of(0, 1, 0, 0)).weights.get("w");
      const codes = dtype === "uint8" ? Uint8Array : Uint16Array;
      assert.deepEqual(after, {
        ...weight,
        shape: [2, 3],
        bytes: new Uint8Array(codes.of(1, 3, 4, 5, 7, 8).buffer),
      });
    }
    const halves = Uint16Array.of(0x3c00, 0x7e01, 0x8000, 0x0001); // 1, a NaN, −0, the smallest
    const weight: Weight = {
      name: "w",
      shape: [4],
      dtype: "float32",
      bytes: new Uint8Array(halves.buffer),
      quantization: { dtype: "float16" },
    };
    const after = shrink(sequential([], [weight]), byHand(weight, [[0, 1, 2, 3]]), Uint8Array.of(1, 0, 0, 0));
    assert.deepEqual(after.weights.get("w")?.bytes, new Uint8Array(halves.slice(1).buffer));
  });

  it("reads weights that lie at odd offsets", () => {
    const weight = numbered("w", [4]);
    const pool = new Uint8Array(19);
    pool.set(weight.bytes, 3);
    const odd = { ...weight, bytes: pool.subarray(3) };
    const small = shrink(sequential([], [odd]), byHand(odd, [[0, 1, 2, 3]]), Uint8Array.of(0, 0, 1, 0));
    assert.deepEqual(valuesOf(small), { w: [1, 2, 4] });
  });

  it("changes counts in model.json, adds the record, and leaves all else as it stands", () => {
    for (const space of [0, 1, 2, 4]) {
      const model = convolved({
        space,
        fields: { generatedBy: "someone", userDefinedMetadata: { labels: ["a", "b"] } },
      });
      const { source, json } = shrunk(model, { conv: [1] });
      const record = /,\s*"secateur":\s?\{"version":1,"removed":\{"conv":\[1\]\}\}/;
      assert.equal(source.replace(record, ""), model.source.replace(/("filters":\s?)3/, "$12"));
      const userDefinedMetadata = { labels: ["a", "b"], secateur: { version: 1, removed: { conv: [1] } } };
      const expected = JSON.stringify({ ...model.json, userDefinedMetadata }).replace('"filters":3', '"filters":2');
      assert.deepEqual(json, JSON.parse(expected));
    }
  });

  it("leaves weights that it does not touch the very same, and says what fills the files", () => {
    const model = convolved();
    const small = shrunk(model, { conv: [1] });
    assert.equal(small.weights.get("head/bias"), model.weights.get("head/bias"));
    assert.deepEqual(small.groups[0]?.names, [...model.weights.keys()]);
  });

  it("drops what an optimiser left, and the configuration that would ask for it", () => {
    const fields: JsonObject = { trainingConfig: { loss: "mse", metrics: [], optimizer_config: {} } };
    const model = convolved({ fields, optimizer: [numbered("Adam/conv/kernel/m", [1, 1, 2, 3])] });
    const small = shrunk(model, { conv: [0] });
    assert.deepEqual([...small.weights.keys()], [...convolved().weights.keys()]);
    assert.deepEqual(small.groups[0]?.names, [...convolved().weights.keys()]);
    assert.equal(small.json.trainingConfig, undefined);
    const above = (text: string) => text.slice(0, text.indexOf('"weightsManifest"'));
    assert.equal(above(small.source), above(shrunk(convolved(), { conv: [0] }).source));
    // TensorFlow.js does not read this one, and it counts nothing.
    assert.deepEqual((small.json.modelTopology as JsonObject).training_config, { loss: "mse" });
  });

  it("gives back the model itself where nothing goes", () => {
    const model = convolved({ optimizer: [numbered("Adam/iterations", [])] });
    assert.equal(shrunk(model, {}), model);
  });

  it("comes to the same in one go and in several, record included", () => {
    const model = twoDense();
    const atOnce = shrunk(model, { a: [0, 2, 3], b: [1, 4] });
    const inTurns = shrunk(shrunk(shrunk(model, { b: [4] }), { a: [2] }), { a: [0, 2], b: [1] });
    assert.equal(inTurns.source, atOnce.source);
    assert.deepEqual(valuesOf(inTurns), valuesOf(atOnce));
    assert.deepEqual((atOnce.json.userDefinedMetadata as JsonObject).secateur, {
      version: 1,
      removed: { a: [0, 2, 3], b: [1, 4] },
    });
  });

  it("refuses what is locked, what would leave nothing, and what counts other channels: faults of the caller", () => {
    const model = convolved();
    const channels = channelsOf(model);
    assert.throws(() => shrink(model, channels, removing(channels, { head: [0] })), /channel 0 of "head" is locked/);
    assert.throws(
      () => shrink(model, channels, removing(channels, { conv: [0, 1, 2] })),
      /"conv" would have no channel/,
    );
    assert.throws(() => shrink(model, channels, new Uint8Array(2)), /counts 2 channels/);
  });

  it("shrinks 300 layers well within a second", () => {
    const width = 256;
    const layers = Array.from({ length: 300 }, (_, i) =>
      layer("Dense", `d${i}`, { units: width, ...(i === 0 && { batch_input_shape: [null, width] }) }),
    );
    const [kernel, bias] = [numbered("", [width, width]), numbered("", [width])];
    const weights = layers.flatMap((_, i) => [
      { ...kernel, name: `d${i}/kernel` },
      { ...bias, name: `d${i}/bias` },
    ]);
    const model = sequential(layers, weights);
    const channels = channelsOf(model);
    const removal = new Uint8Array(channels.count);
    for (const { free } of channels.groups) for (const [i, channel] of free.entries()) removal[channel] = i % 2;
    const start = performance.now();
    shrink(model, channels, removal);
    const milliseconds = performance.now() - start;
    assert.ok(milliseconds < 1000, `it took ${milliseconds} ms`);
  });
});

/** Three inputs, 4 and 5 hidden units, two outputs. */
function twoDense(): Model {
  return sequential(
    [
      layer("Dense", "a", { units: 4, batch_input_shape: [null, 3] }),
      layer("Dense", "b", { units: 5, activation: "relu" }),
      layer("Dense", "c", { units: 2 }),
    ],
    [
      numbered("a/kernel", [3, 4]),
      numbered("a/bias", [4], 21),
      numbered("b/kernel", [4, 5], 31),
      numbered("b/bias", [5], 61),
      numbered("c/kernel", [5, 2], 71),
      numbered("c/bias", [2], 91),
    ],
  );
}
