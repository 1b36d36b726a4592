import assert from "node:assert/strict";
import * as fc from "fast-check";
import { withValues } from "../../../src/pruning/model/encode.ts";
import type { Quantization, Weight } from "../../../src/pruning/model/model.ts";
import { decodedByTensorFlow } from "../../support/browser.ts";

type Storage = Quantization["dtype"] | "float32";

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A weight of so many elements that are all 1, in a storage type. */
function ones(length: number, storage: Storage): Weight {
  const float32 = { name: "w", shape: [length], dtype: "float32" as const };
  switch (storage) {
    case "float32":
      return { ...float32, bytes: bytesOf(new Float32Array(length).fill(1)) };
    case "float16":
      return { ...float32, bytes: bytesOf(new Uint16Array(length).fill(0x3c00)), quantization: { dtype: storage } };
    default: {
      const codes = storage === "uint8" ? new Uint8Array(length) : new Uint16Array(length);
      return { ...float32, bytes: bytesOf(codes.fill(3)), quantization: { dtype: storage, scale: 0.25, min: 0.25 } };
    }
  }
}

const readBack = async (weight: Weight): Promise<Float32Array> =>
  (await decodedByTensorFlow(weight)).values as Float32Array;

/** How far a stored value may lie from a given one, among all values. */
const tolerances: Readonly<Record<Storage, (value: number, all: Float32Array) => number>> = {
  float32: () => 0,
  float16: (value) => Math.max(2 ** -24, Math.abs(value) * 2 ** -11),
  uint8: (value, all) => step(value, all, 254),
  uint16: (value, all) => step(value, all, 65534),
};

/** Half a code's width, and the rounding of what it stands for to float32; a whole one next to zero, which only zeros take. */
function step(value: number, all: Float32Array, codes: number): number {
  const width = (Math.max(0, ...all) - Math.min(0, ...all)) / codes;
  return (Math.abs(value) < width / 2 ? 1 : 0.5) * width * (1 + 1e-5) + Math.abs(value) * 2 ** -23 + 1e-37;
}

// As large as halves can say, zeros and tiny values among them.
const someValues = fc
  .array(
    fc.oneof(
      fc.constant(0),
      fc.float({ noNaN: true, min: -60000, max: 60000 }),
      fc.float({ noNaN: true, min: Math.fround(-1e-6), max: Math.fround(1e-6) }),
    ),
    { minLength: 1, maxLength: 30 },
  )
  // Codes cannot say what single floats themselves hardly can.
  .map((values) => Float32Array.from(values, (value) => (Math.abs(value) < 1e-30 ? 0 : value)));

describe("giving a weight new values", () => {
  for (const storage of ["float32", "float16", "uint8", "uint16"] as const) {
    it(`keeps them as near as ${storage} can, and zeros, and only zeros, at exactly zero`, async () => {
      await fc.assert(
        fc.asyncProperty(someValues, async (values) => {
          const weight = withValues(ones(values.length, storage), values);
          assert.equal(weight.quantization?.dtype ?? "float32", storage);
          const decoded = await readBack(weight);
          for (const [i, value] of values.entries()) {
            const stored = decoded[i] as number;
            assert.equal(stored === 0, value === 0, `${value} is stored as ${stored}`);
            const tolerance = tolerances[storage](value, values);
            assert.ok(Math.abs(stored - value) <= tolerance, `${value} is stored as ${stored}`);
          }
        }),
      );
    });

    it(`gives the same weight in ${storage} where no value is new`, async () => {
      const weight = ones(4, storage);
      assert.equal(withValues(weight, await readBack(weight)), weight);
    });
  }

  it("does not let the smallest values beside a large range come round as its other end", async () => {
    for (const storage of ["uint8", "uint16"] as const) {
      for (const low of [-2.2570447843605485e-13, -1, -0.7, -3.3]) {
        const decoded = await readBack(withValues(ones(3, storage), Float32Array.of(low, 1e-30, 0)));
        assert.ok(Math.abs((decoded[0] as number) / low - 1) < 1e-5);
        assert.ok((decoded[1] as number) > 0 && decoded[2] === 0, `${decoded}`);
      }
    }
  });

  it("stores what halves cannot reach as the largest of them", async () => {
    const values = Float32Array.of(1e6, -1e6, 65519, 65504, -3);
    const decoded = await readBack(withValues(ones(5, "float16"), values));
    assert.deepEqual([...decoded], [65504, -65504, 65504, 65504, -3]);
  });

  it("does not share memory with what it was given", async () => {
    const values = Float32Array.of(1, 2, 3).subarray(1);
    const weight = withValues(ones(2, "float32"), values);
    values.fill(9);
    assert.deepEqual([...(await readBack(weight))], [2, 3]);
  });
});
