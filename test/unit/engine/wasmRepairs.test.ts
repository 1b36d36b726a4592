import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { SecateurError } from "../../../src/pruning/errors.ts";
import { convolution, difference, type Numbers, numbers, product, windowMaxima } from "./oracles.ts";
import { onRepairedWasm, onStockWasm, valuesOf } from "./wasm.ts";

const tensor = ({ values, shape }: Numbers) => tf.tensor(values, [...shape]);

/** Greatest difference from the oracle on the repaired and on the published backend. */
async function compare(
  compute: () => tf.Tensor,
  expected: ArrayLike<number>,
): Promise<{ repaired: number; stock: number }> {
  const run = async () => difference(await valuesOf(compute), expected);
  return { repaired: await onRepairedWasm(run), stock: await onStockWasm(run) };
}

describe("WASM: convolutions whose stride steps over more than the kernel covers", function () {
  this.timeout(60_000);
  const x = numbers([2, 9, 10, 2], 1);
  const cases: [[number, number], [number, number]][] = [
    [
      [5, 1],
      [2, 2],
    ],
    [
      [2, 2],
      [3, 3],
    ],
    [
      [1, 2],
      [3, 1],
    ],
    [
      [1, 3],
      [3, 1],
    ],
  ];
  for (const [kernel, strides] of cases) {
    it(`kernel ${kernel}, stride ${strides}, same`, async () => {
      for (const depthwise of [false, true]) {
        const filter = numbers([...kernel, 2, 3], 2);
        const expected = convolution(x, filter, strides, "same", depthwise);
        const plain = depthwise ? tf.depthwiseConv2d : tf.conv2d;
        const fused = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
        const operands = () => ({ x: tensor(x) as tf.Tensor4D, filter: tensor(filter) as tf.Tensor4D });
        const one = await compare(() => plain(operands().x, operands().filter, strides, "same"), expected);
        assert.ok(one.repaired < 1e-5, `${one.repaired}`);
        assert.ok(one.stock > 0.1, "the published backend is wrong here");
        const bias = numbers([depthwise ? 6 : 3], 3);
        const channels = bias.values.length;
        const biased = expected.map((value, i) => Math.max(0, value + (bias.values[i % channels] as number)));
        const options = { strides, pad: "same", activation: "relu" } as const;
        const two = await compare(() => fused({ ...operands(), ...options, bias: tensor(bias) }) as tf.Tensor, biased);
        assert.ok(two.repaired < 1e-5, `${two.repaired}`);
        assert.ok(two.stock > 0.1, "the published backend is wrong here");
      }
    });
  }

  it("every small kernel and stride agrees with a plain loop", async function () {
    this.timeout(20_000);
    await onRepairedWasm(async () => {
      for (const kernel of [
        [1, 1],
        [1, 2],
        [2, 1],
        [3, 3],
        [2, 3],
      ]) {
        for (const strides of [
          [1, 1],
          [2, 2],
          [1, 3],
          [3, 2],
        ] as [number, number][]) {
          for (const pad of ["same", "valid"] as const) {
            const filter = numbers([...kernel, 2, 2], 5);
            for (const depthwise of [false, true]) {
              const op = depthwise ? tf.depthwiseConv2d : tf.conv2d;
              const y = await valuesOf(() => op(tensor(x) as tf.Tensor4D, tensor(filter) as tf.Tensor4D, strides, pad));
              const expected = convolution(x, filter, strides, pad, depthwise);
              assert.ok(difference(y, expected) < 1e-5, `kernel ${kernel}, stride ${strides}, ${pad}`);
            }
          }
        }
      }
    });
  });
});

describe("WASM: matrix products", function () {
  this.timeout(60_000);
  it("adds a fused bias once, whatever is transposed and however many matrices", async () => {
    for (const batch of [1, 2]) {
      for (const [transposeA, transposeB] of [
        [false, true],
        [true, false],
        [true, true],
        [false, false],
      ] as const) {
        if (batch === 1 && !transposeA && !transposeB) continue;
        const a = numbers(transposeA ? [batch, 100, 3] : [batch, 3, 100], 1);
        const b = numbers(transposeB ? [batch, 5, 100] : [batch, 100, 5], 2);
        const bias = numbers([5], 3, 1);
        const expected = product(a, b, transposeA, transposeB).map((value, i) =>
          Math.max(0, value + (bias.values[i % 5] as number)),
        );
        const { repaired, stock } = await compare(
          () =>
            tf.fused.matMul({
              a: tensor(a),
              b: tensor(b),
              bias: tensor(bias),
              transposeA,
              transposeB,
              activation: "relu",
            }),
          expected,
        );
        assert.ok(repaired < 1e-4, `${repaired}`);
        assert.ok(stock > 0.1, "the published backend is wrong here");
      }
    }
  });

  it("spreads a bias of one number over every column", async () => {
    const [a, b] = [numbers([1, 3, 100], 1), numbers([1, 100, 5], 2)];
    const expected = product(a, b, false, false).map((value) => value + 0.5);
    const { repaired, stock } = await compare(
      () => tf.fused.matMul({ a: tensor(a), b: tensor(b), bias: tf.tensor1d([0.5]) }),
      expected,
    );
    assert.ok(repaired < 1e-4, `${repaired}`);
    assert.ok(stock > 0.1, "the published backend is wrong here");
  });

  it("leaves unfused products right, transposed or not", async () => {
    await onRepairedWasm(async () => {
      for (const [transposeA, transposeB] of [
        [false, true],
        [true, false],
        [true, true],
        [false, false],
      ] as const) {
        const a = numbers(transposeA ? [2, 60, 3] : [2, 3, 60], 1);
        const b = numbers(transposeB ? [2, 5, 60] : [2, 60, 5], 2);
        const y = await valuesOf(() => tf.matMul(tensor(a), tensor(b), transposeA, transposeB));
        assert.ok(difference(y, product(a, b, transposeA, transposeB)) < 1e-4);
      }
    });
  });

  it("multiplies by the same data in another shape, fused or not", async () => {
    // In this order the published backend only gives wrong numbers; the other way round it ruins its heap.
    const data = numbers([1, 8, 3], 1);
    const [left, right] = [numbers([1, 2, 8], 2), numbers([1, 2, 4], 3)];
    const reshaped = { ...data, shape: [1, 4, 6] };
    const expected = product(right, reshaped, false, false);
    for (const second of [
      (b: tf.Tensor) => tf.matMul(tensor(right), b),
      (b: tf.Tensor) => tf.fused.matMul({ a: tensor(right), b, activation: "linear" }),
    ]) {
      const { repaired, stock } = await compare(() => {
        const b = tensor(data);
        tf.matMul(tensor(left), b);
        return second(tf.reshape(b, reshaped.shape));
      }, expected);
      assert.ok(repaired < 1e-5, `${repaired}`);
      assert.ok(stock > 0.1, "the published backend is wrong here");
    }
  });
});

describe("WASM: maxima of negative numbers", function () {
  this.timeout(60_000);
  it("MaxPool3D", async () => {
    const x = numbers([1, 1, 1, 9, 1], 1, -3);
    const { repaired, stock } = await compare(
      () => tf.maxPool3d(tensor(x) as tf.Tensor5D, [1, 1, 2], 1, "valid"),
      windowMaxima(x.values, 2),
    );
    assert.ok(repaired < 1e-5, `${repaired}`);
    assert.ok(stock > 0.1, "the published backend is wrong here");
  });

  it("MaxPoolWithArgmax, places too", async () => {
    const x = numbers([1, 1, 9, 1], 1, -3);
    const maxima = windowMaxima(x.values, 3);
    const pool = (output: "result" | "indexes") => () =>
      tf.maxPoolWithArgmax(tensor(x) as tf.Tensor4D, [1, 3], 1, "valid")[output] as tf.Tensor;
    const one = await compare(pool("result"), maxima);
    assert.ok(one.repaired < 1e-5, `${one.repaired}`);
    assert.ok(one.stock > 0.1, "the published backend is wrong here");
    const two = await compare(
      pool("indexes"),
      maxima.map((maximum) => x.values.indexOf(maximum)),
    );
    assert.equal(two.repaired, 0);
  });

  it("Dilation2D", async () => {
    const x = numbers([1, 1, 9, 1], 1, -3);
    const { repaired, stock } = await compare(
      () => tf.dilation2d(tensor(x) as tf.Tensor4D, tf.tensor3d([-1, -1], [1, 2, 1]), 1, "valid"),
      windowMaxima(x.values, 2).map((maximum) => maximum - 1),
    );
    assert.ok(repaired < 1e-5, `${repaired}`);
    assert.ok(stock > 0.1, "the published backend is wrong here");
  });
});

describe("WASM: slopes of PReLU", () => {
  const x = numbers([2, 3, 4, 5], 1);
  const cases: [shape: number[], wrong: boolean][] = [
    [[3, 4, 5], false],
    [[1, 1, 5], false],
    [[1, 1, 1], false],
    [[3, 4, 1], true],
    [[3, 1, 5], true],
    [[3, 1, 1], true],
    [[1, 4, 1], true],
  ];
  for (const [shape, wrong] of cases) {
    it(`of the shape ${shape}`, async () => {
      const alpha = numbers(shape, 2);
      // Axis by axis: where the slopes have one, all share it.
      const slope = (i: number) => {
        const place = [Math.floor(i / 20) % 3, Math.floor(i / 5) % 4, i % 5];
        const at = shape.reduce(
          (index, length, axis) => index * length + (length === 1 ? 0 : (place[axis] as number)),
          0,
        );
        return alpha.values[at] as number;
      };
      const expected = x.values.map((value, i) => (value > 0 ? value : value * slope(i)));
      const { repaired, stock } = await compare(() => tf.prelu(tensor(x), tensor(alpha)), expected);
      assert.ok(repaired < 1e-6, `${repaired}`);
      assert.equal(stock > 0.1, wrong, "what the published backend makes of it");
    });
  }
});

describe("WASM: one-hot vectors", () => {
  const cases: [dtype: "int32" | "float32", on: number, off: number, wrong: boolean][] = [
    ["int32", 1, 0, false],
    ["int32", 5, -2, false],
    ["float32", 1, 0, true],
    ["float32", 0.75, -0.5, true],
  ];
  for (const [dtype, on, off, wrong] of cases) {
    it(`of ${on} and ${off} as ${dtype}`, async () => {
      const indices = [2, 0, 3, 7];
      const expected = indices.flatMap((index) => Array.from({ length: 4 }, (_, i) => (i === index ? on : off)));
      const { repaired, stock } = await compare(
        () => tf.oneHot(tf.tensor1d(indices, "int32"), 4, on, off, dtype),
        expected,
      );
      assert.equal(repaired, 0);
      assert.equal(stock > 0.1, wrong, "what the published backend makes of it");
    });
  }
});

describe("WASM: out of memory", function () {
  this.timeout(60_000);
  /** Takes memory that is never written to, a quarter of a gigabyte at a time; gives its addresses. */
  const fill = (pieces: number) => {
    const backend = tf.backend() as tf.KernelBackend & {
      makeOutput(shape: number[], dtype: string): tf.TensorInfo;
      getMemoryOffset(id: tf.DataId): number;
    };
    return Array.from({ length: pieces }, () =>
      backend.getMemoryOffset(backend.makeOutput([2 ** 26], "float32").dataId),
    );
  };

  it("is refused in a sentence before anything is overwritten", async () => {
    await onRepairedWasm(async () => {
      const kept = tf.tensor1d([1, 2, 3]);
      assert.throws(
        () => fill(20),
        (error) => SecateurError.is(error, "backend") && /out of memory.*4 GB/.test(error.message),
      );
      assert.deepEqual([...(await valuesOf(() => tf.add(kept, 1)))], [2, 3, 4]);
      kept.dispose();
    });
  });

  it("places tensors at address 0 in the published backend", async () => {
    await onStockWasm(async () => assert.ok(fill(20).includes(0)));
  });
});

describe("WASM: the process around it", function () {
  this.timeout(60_000);
  it("gains no handlers for uncaught exceptions and unhandled rejections", async () => {
    const count = () => ["uncaughtException", "unhandledRejection"].map((event) => process.listenerCount(event));
    const before = count();
    await onRepairedWasm(async () => assert.deepEqual(count(), before));
  });

  it("keeps console.warn", async () => {
    const { warn } = console;
    await onRepairedWasm(async () => assert.equal(console.warn, warn));
  });
});

describe("WASM: slices", () => {
  const x = numbers([4, 3, 2], 1);

  it("take out what was asked for, in one run or not, also of what another slice gave", async () => {
    const cut = (begin: readonly number[], size: readonly number[]) =>
      Float32Array.from(x.values).filter((_, i) => {
        const place = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
        return place.every((at, axis) => {
          const [from, length] = [begin[axis] as number, size[axis] as number];
          return at >= from && (length < 0 || at < from + length);
        });
      });
    const cases: [number[], number[]][] = [
      [
        [0, 0, 0],
        [-1, -1, -1],
      ],
      [
        [2, 0, 0],
        [1, 3, 2],
      ],
      [
        [3, 1, 0],
        [1, 2, 2],
      ],
      [
        [1, 0, 0],
        [2, -1, -1],
      ],
      [
        [1, 2, 1],
        [1, 1, 1],
      ],
      [
        [0, 1, 0],
        [4, 1, 2],
      ],
      [
        [2, 0, 1],
        [2, 3, 1],
      ],
    ];
    await onRepairedWasm(async () => {
      for (const [begin, size] of cases) {
        assert.deepEqual(await valuesOf(() => tf.slice(tensor(x), begin, size)), cut(begin, size), `${begin} ${size}`);
      }
      const twice = await valuesOf(() => tf.slice(tf.slice(tensor(x), [1, 0, 0], [3, 3, 2]), [1, 1, 0], [1, 2, 2]));
      assert.deepEqual(twice, cut([2, 1, 0], [1, 2, 2]));
    });
  });

  it("of whole numbers and truth values stay what they are", async () => {
    await onRepairedWasm(async () => {
      const whole = tf.slice(tf.tensor([1, 2, 3, 4], [2, 2], "int32"), [1, 0], [1, 2]);
      const truths = tf.slice(tf.tensor([true, false, false, true], [2, 2], "bool"), [1, 0], [1, 2]);
      assert.deepEqual([whole.dtype, [...(await whole.data())]], ["int32", [3, 4]]);
      assert.deepEqual([truths.dtype, [...(await truths.data())]], ["bool", [0, 1]]);
      tf.dispose([whole, truths]);
    });
  });
});
