import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { DType, Quantization, Weight } from "../../../src/pruning/model/model.ts";
import { decode, decodeFloats } from "../../../src/pruning/model/values.ts";
import { decodedByTensorFlow, type LoadedWeight } from "../../support/browser.ts";

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function weightOf(bytes: Uint8Array, shape: number[], dtype: DType, quantization?: Quantization): Weight {
  return { name: "w", shape, dtype, bytes, ...(quantization && { quantization }) };
}

/** Bit for bit, except that one NaN is like another: which of them a read gives is not defined. */
function assertSameBits(actual: Weight, expected: LoadedWeight["values"]): void {
  const values = decode(actual) as Float32Array;
  assert.equal(Object.prototype.toString.call(values), Object.prototype.toString.call(expected));
  assert.equal(values.length, expected.length);
  for (const [i, value] of values.entries()) {
    if (!Object.is(value, expected[i])) assert.fail(`element ${i}: ${value} instead of ${expected[i]}`);
  }
}

const allOf16 = Uint16Array.from({ length: 65536 }, (_, code) => code);

describe("decoding weights, against tf.io.decodeWeights", () => {
  it("gives all 65,536 halves: subnormals, both zeros, infinities and NaN", async () => {
    const weight = weightOf(bytesOf(allOf16), [65536], "float32", { dtype: "float16" });
    assertSameBits(weight, (await decodedByTensorFlow(weight)).values);
    assert.equal(decodeFloats(weight)[1], 2 ** -24, "the least subnormal");
  });

  it("gives every code of uint8 and uint16, for any scale and min, as floats and as whole numbers", async () => {
    const scales = fc.double({ noNaN: true, min: -1e3, max: 1e3 });
    await fc.assert(
      fc.asyncProperty(scales, scales, async (scale, min) => {
        for (const codes of [allOf16, Uint8Array.from({ length: 256 }, (_, code) => code)]) {
          const dtype = codes instanceof Uint8Array ? "uint8" : "uint16";
          for (const type of ["float32", "int32"] as const) {
            const weight = weightOf(bytesOf(codes), [codes.length], type, { dtype, scale, min });
            assertSameBits(weight, (await decodedByTensorFlow(weight)).values);
          }
        }
      }),
      {
        numRuns: 30,
        examples: [
          [1, 0],
          [0.1, -12.700000000000001],
          [0, 3],
          [-0.5, 7],
        ],
      },
    );
  });

  it("gives plain weights of every type as they are stored, from any byte offset", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 64 }), fc.nat(7), async (content, offset) => {
        const length = content.length - (content.length % 8);
        const file = new Uint8Array(offset + length);
        file.set(content.subarray(0, length), offset);
        for (const bytes of [file.subarray(offset), Buffer.from(file.buffer, offset)]) {
          for (const weight of [
            weightOf(bytes, [length / 4], "float32"),
            weightOf(bytes, [length / 4], "int32"),
            weightOf(bytes, [length], "bool"),
            weightOf(bytes, [length / 8], "complex64"),
            weightOf(bytes, [length / 2], "float32", { dtype: "float16" }),
            weightOf(bytes, [length / 2], "float32", { dtype: "uint16", scale: 0.1, min: -1 }),
          ]) {
            assertSameBits(weight, (await decodedByTensorFlow(weight)).values);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("gives scalars, empty tensors and strings", async () => {
    assert.deepEqual([...decodeFloats(weightOf(bytesOf(Float32Array.of(2.5)), [], "float32"))], [2.5]);
    assert.deepEqual([...decodeFloats(weightOf(new Uint8Array(), [3, 0, 2], "float32"))], []);
    const words = ["", "größe", "日本", "\u0000"];
    const bytes = Uint8Array.from(
      words.flatMap((word) => {
        const text = new TextEncoder().encode(word);
        return [...bytesOf(Uint32Array.of(text.length)), ...text];
      }),
    );
    const weight = weightOf(bytes, [2, 2], "string");
    assert.deepEqual(decode(weight), words);
    const loaded = (await decodedByTensorFlow(weight)).values as Uint8Array[];
    assert.deepEqual(
      loaded.map((text) => new TextDecoder().decode(text)),
      words,
    );
  });

  it("gives no floats of a weight of another type", () => {
    assert.throws(() => decodeFloats(weightOf(bytesOf(Int32Array.of(1)), [1], "int32")), /w is int32, not float32/);
  });
});
