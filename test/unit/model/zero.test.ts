import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Quantization, Weight } from "../../../src/pruning/model/model.ts";
import { countNonZero, exactValues, withZeros } from "../../../src/pruning/model/zero.ts";
import { decodedByTensorFlow } from "../../support/browser.ts";

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number;

function weightOf(stored: ArrayBufferView & { length: number }, quantization?: Quantization): Weight {
  const name = "w";
  return {
    name,
    shape: [stored.length],
    dtype: "float32",
    bytes: bytesOf(stored),
    ...(quantization && { quantization }),
  };
}

const values = async (weight: Weight): Promise<Float32Array> =>
  (await decodedByTensorFlow(weight)).values as Float32Array;

const nonZerosOf = (array: Float32Array): number => array.filter((value) => value !== 0).length;

/** Something stored, and as long a mask for it. */
const masked = <T extends { length: number }>(stored: fc.Arbitrary<T>): fc.Arbitrary<[T, Uint8Array]> =>
  stored.chain((array) =>
    fc.tuple(fc.constant(array), fc.uint8Array({ max: 1, minLength: array.length, maxLength: array.length })),
  );

/** Masked elements at exactly 0, the others bit for bit as they were. */
async function assertZeroed(weight: Weight, mask: Uint8Array): Promise<void> {
  const [before, after] = [await values(weight), await values(withZeros(weight, mask))];
  for (const [i, value] of after.entries()) {
    if (mask[i]) assert.ok(Object.is(value, 0), `element ${i} is ${value}`);
    else assert.equal(bitsOf(value), bitsOf(before[i] as number), `element ${i}`);
  }
  assert.equal(countNonZero(withZeros(weight, mask)), nonZerosOf(after));
}

const scales = fc.double({ noNaN: true, min: 1e-6, max: 10 });
const codes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint16Array({ maxLength: 40 }));
const typeOf = (stored: Uint8Array | Uint16Array): "uint8" | "uint16" =>
  stored instanceof Uint8Array ? "uint8" : "uint16";
const largest = (stored: Uint8Array | Uint16Array): number => (stored instanceof Uint8Array ? 255 : 65535);

describe("holding weights at zero, as TensorFlow.js decodes them", () => {
  it("zeroes float32 and leaves every other bit", async () => {
    await fc.assert(
      fc.asyncProperty(masked(fc.float32Array({ maxLength: 40 })), ([stored, mask]) =>
        assertZeroed(weightOf(stored), mask),
      ),
    );
  });

  it("zeroes float16 and leaves every other bit", async () => {
    await fc.assert(
      fc.asyncProperty(masked(fc.uint16Array({ maxLength: 40 })), ([stored, mask]) =>
        assertZeroed(weightOf(stored, { dtype: "float16" }), mask),
      ),
    );
  });

  it("zeroes uint8 and uint16 by their zero point, and leaves every other bit where it decodes to exactly 0", async () => {
    await fc.assert(
      fc.asyncProperty(
        masked(codes),
        scales,
        fc.double({ noNaN: true, min: 0, max: 1 }),
        ([stored, mask], scale, at) => {
          const zero = Math.round(at * largest(stored));
          return assertZeroed(weightOf(stored, { dtype: typeOf(stored), scale, min: 0 - zero * scale }), mask);
        },
      ),
    );
  });

  it("zeroes exactly where the zero point decodes to 1e-9, moving the others by no more than that", async () => {
    await fc.assert(
      fc.asyncProperty(
        masked(codes),
        scales,
        fc.double({ noNaN: true, min: 0, max: 1 }),
        async ([stored, mask], scale, at) => {
          const zero = Math.round(at * largest(stored));
          // As the converter's Python writes it: rounded to float32.
          const weight = weightOf(stored, { dtype: typeOf(stored), scale, min: Math.fround(-zero * scale) });
          const [before, after] = [await values(weight), await values(withZeros(weight, mask))];
          const moved = Math.abs(Math.fround(-zero * scale) + zero * scale);
          for (const [i, value] of after.entries()) {
            if (mask[i]) assert.ok(Object.is(value, 0));
            else assert.ok(Math.abs(value - (before[i] as number)) <= moved + 2 ** -22 * (Math.abs(value) + moved));
          }
          const zeros = stored.filter((code, i) => mask[i] || code === zero).length;
          assert.equal(countNonZero(withZeros(weight, mask)), stored.length - zeros);
          if (mask.includes(1)) assert.equal(nonZerosOf(after), stored.length - zeros);
        },
      ),
    );
  });

  it("quantizes anew what cannot say zero, by half a step at most, and makes no zeros but the mask's", async () => {
    await fc.assert(
      fc.asyncProperty(
        masked(codes),
        scales,
        fc.double({ noNaN: true, min: -1.5, max: 0.5 }),
        fc.double({ noNaN: true, min: 0.01, max: 0.99 }),
        async ([stored, mask], scale, at, between) => {
          // Ranges below zero, above it, and around it with a zero that falls between two codes.
          const min = (Math.round(at * largest(stored)) + between) * scale;
          const weight = weightOf(stored, { dtype: typeOf(stored), scale, min });
          const pruned = withZeros(weight, mask);
          const [before, after] = [await values(weight), await values(pruned)];
          if (!mask.includes(1)) return assert.deepEqual(after, before);
          const step = pruned.quantization?.scale as number;
          const range = Math.max(0, ...before) - Math.min(0, ...before);
          assert.ok(step <= (range / (largest(stored) - 1)) * (1 + 1e-12), "no coarser than the range asks for");
          for (const [i, value] of after.entries()) {
            const original = before[i] as number;
            if (mask[i]) assert.ok(Object.is(value, 0));
            else if (Math.abs(original) < step / 2)
              assert.ok(Math.abs(value - Math.sign(original) * step) < 1e-6 * step);
            else assert.ok(Math.abs(value - original) <= step * (0.5 + 1e-6) + 1e-6 * Math.abs(value));
          }
          const left = before.filter((value, i) => !mask[i] && value !== 0).length;
          assert.equal(nonZerosOf(after), left);
          assert.equal(countNonZero(pruned), left);
          assert.equal(pruned.quantization?.dtype, typeOf(stored));
        },
      ),
      { numRuns: 500, examples: [[[Uint8Array.of(0, 1, 255), Uint8Array.of(0, 1, 0)], 1, 0, -0.3]] },
    );
  });

  it("zeroes within a constant tensor, which converters store with scale 1", async () => {
    for (const value of [0.37, -2, 1e-4]) {
      const weight = weightOf(new Uint8Array(4), { dtype: "uint8", scale: 1, min: value });
      const after = await values(withZeros(weight, Uint8Array.of(0, 1, 1, 0)));
      for (const i of [0, 3]) assert.ok(Math.abs((after[i] as number) - value) < 1e-6);
      assert.deepEqual([after[1], after[2]], [0, 0]);
      assert.equal(countNonZero(weight), 4);
    }
  });

  it("counts by value where a scale is 0 or negative", async () => {
    for (const [scale, min, nonZero] of [
      [0, 0, 0],
      [0, 2, 3],
      [-0.5, 1, 2],
    ] as const) {
      const weight = weightOf(Uint8Array.of(0, 2, 255), { dtype: "uint8", scale, min });
      assert.equal(countNonZero(weight), nonZero);
      assert.equal(nonZerosOf(await values(weight)), nonZero);
      const after = await values(withZeros(weight, Uint8Array.of(1, 0, 0)));
      assert.deepEqual([after[0], nonZerosOf(after)], [0, nonZerosOf((await values(weight)).subarray(1))]);
    }
  });

  it("gives values, exactly 0 where the code is the zero point", async () => {
    const floats = weightOf(Float32Array.of(-1.5, 2, -0, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** -149));
    assert.deepEqual([...exactValues(floats)], [-1.5, 2, -0, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** -149]);
    const quantized = weightOf(Uint8Array.of(0, 3, 4), { dtype: "uint8", scale: 0.1, min: Math.fround(-0.3) });
    assert.ok((await values(quantized))[1] !== 0, "the zero point decodes beside zero");
    assert.deepEqual([...exactValues(quantized)], [Math.fround(-0.3), 0, Math.fround(0.4 - Math.fround(0.3))]);
    const beside = weightOf(Uint8Array.of(0, 1), { dtype: "uint8", scale: 1, min: -0.5 });
    assert.deepEqual([...exactValues(beside)], [-0.5, 0.5]);
  });

  it("returns the very same weight for an empty mask", () => {
    const weight = weightOf(Uint8Array.of(0, 1), { dtype: "uint8", scale: 1, min: -0.5 });
    assert.equal(withZeros(weight, new Uint8Array(2)), weight);
  });
});
