import assert from "node:assert/strict";
import { mask } from "../../../../src/pruning/graph/channels/mask.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { coded, convolved, planned, removing, valuesOf } from "./numbered.ts";

const masked = (model: Model, positions: Readonly<Record<string, readonly number[]>>): Model => {
  const { channels, removal } = planned(model, positions);
  return mask(model, channels, removal);
};

/** The model with one weight stored as codes. */
function stored(name: string, quantization: Parameters<typeof coded>[2]): Model {
  const model = convolved();
  const weight = coded(name, model.weights.get(name)?.shape ?? [], quantization);
  return { ...model, weights: new Map(model.weights).set(name, weight) };
}

describe("masking", () => {
  it("zeroes what makes, follows and reads a filter, and leaves running statistics", () => {
    const model = convolved();
    const after = masked(model, { conv: [1] });
    assert.deepEqual(valuesOf(after), {
      "conv/kernel": [1, 0, 3, 4, 0, 6],
      "conv/bias": [11, 0, 13],
      "bn/gamma": [21, 0, 23],
      "bn/beta": [31, 0, 33],
      "bn/moving_mean": [41, 42, 43],
      "bn/moving_variance": [51, 52, 53],
      "head/kernel": [101, 102, 0, 0, 105, 106, 107, 108, 0, 0, 111, 112],
      "head/bias": [121, 122],
    });
    assert.equal(after.source, model.source);
    assert.equal(after.weights.get("head/bias"), model.weights.get("head/bias"));
  });

  it("keeps quantized weights quantized, with zeros that are exact", () => {
    const quantization = { dtype: "uint8", scale: 0.5, min: -2 } as const;
    const after = masked(stored("head/kernel", quantization), { conv: [0] }).weights.get("head/kernel");
    assert.deepEqual(after?.quantization, quantization);
    assert.deepEqual([...(after?.bytes ?? [])], [4, 4, 3, 4, 5, 6, 4, 4, 9, 10, 11, 12]);
  });

  it("makes float32 of a kernel whose codes cannot say zero, with the same values", () => {
    const after = masked(stored("head/kernel", { dtype: "uint8", scale: 0.5, min: 10 }), { conv: [0, 2] });
    assert.equal(after.weights.get("head/kernel")?.quantization, undefined);
    assert.deepEqual(valuesOf(after)["head/kernel"], [0, 0, 11.5, 12, 0, 0, 0, 0, 14.5, 15, 0, 0]);
  });

  it("leaves a scale whose codes cannot say zero: nobody reads what it makes", () => {
    const model = stored("bn/gamma", { dtype: "uint8", scale: 0.5, min: 10 });
    assert.equal(masked(model, { conv: [1] }).weights.get("bn/gamma"), model.weights.get("bn/gamma"));
  });

  it("gives back the model itself where nothing goes, and refuses what is locked", () => {
    const model = convolved();
    assert.equal(masked(model, {}), model);
    const { channels } = planned(model, {});
    assert.throws(() => mask(model, channels, removing(channels, { head: [1] })), /"head" is locked/);
  });
});
