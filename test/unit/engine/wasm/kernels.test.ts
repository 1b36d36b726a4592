import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import { batchNormTraining } from "../../../../src/pruning/engine/training/batchNorm.ts";
import { openWhenFree } from "../backends.ts";
import { type Convolution, convolve, filterGradient, inputGradient, outputShape } from "../meetings.ts";
import { difference, type Numbers, numbers, product } from "../oracles.ts";
import { valuesOf } from "../wasm.ts";

const tensor = ({ values, shape }: Numbers) => tf.tensor(values, [...shape]);
const at = (values: ArrayLike<number>, i: number) => values[i] as number;

function close(actual: ArrayLike<number>, expected: readonly number[], share = 5e-6): void {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  assert.ok(difference(actual, expected) < share * scale, `${difference(actual, expected)} of ${scale}`);
}

/** Sums over all but the last axis. */
function columnSums({ values, shape }: Numbers): number[] {
  const columns = shape.at(-1) as number;
  const sums = new Array<number>(columns).fill(0);
  values.forEach((value, i) => {
    sums[i % columns] = at(sums, i % columns) + value;
  });
  return sums;
}

for (const threads of [1, 2]) {
  describe(`WASM: kernels of our own on ${threads} thread(s), against plain loops`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openWhenFree({ backend: "wasm", tfjsNodeFolders: [], threads });
    });
    after(() => engine.dispose());

    for (const shape of [
      [7, 1],
      [5, 3],
      [2049, 4],
      [3, 700, 21],
      [10_000, 16],
      [2, 5000],
    ]) {
      it(`sums [${shape}] over its leading axes`, async () => {
        const x = numbers(shape, 1);
        const axes = shape.slice(0, -1).map((_, i) => i);
        close(await valuesOf(() => tf.sum(tensor(x), axes)), columnSums(x));
        const kept = tf.tidy(() => tf.sum(tensor(x), axes, true).shape);
        assert.deepEqual(kept, [...axes.map(() => 1), shape.at(-1)]);
      });
    }

    it("leaves other sums to the stock kernel", async () => {
      const x = numbers([3, 4, 5], 1);
      close(await valuesOf(() => tf.sum(tensor(x))), [x.values.reduce((a, b) => a + b, 0)]);
      const rows = Array.from({ length: 12 }, (_, i) => x.values.subarray(5 * i, 5 * i + 5).reduce((a, b) => a + b, 0));
      close(await valuesOf(() => tf.sum(tensor(x), 2)), rows);
      assert.deepEqual([...(await valuesOf(() => tf.sum(tf.tensor1d([true, true, false], "bool"))))], [2]);
      assert.deepEqual([...(await valuesOf(() => tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], "int32"), 0)))], [4, 6]);
    });

    it("sums segments, leaving out numbers of none", async () => {
      const x = numbers([6, 5], 1);
      const segments = [2, 0, 2, -1, 3, 7];
      const expected = new Array<number>(4 * 5).fill(0);
      segments.forEach((segment, row) => {
        if (segment < 0 || segment > 3) return;
        for (let i = 0; i < 5; i++)
          expected[5 * segment + i] = at(expected, 5 * segment + i) + at(x.values, 5 * row + i);
      });
      close(await valuesOf(() => tf.unsortedSegmentSum(tensor(x), tf.tensor1d(segments, "int32"), 4)), expected);
    });

    for (const [rows, inner, columns] of [
      [1, 1, 1],
      [5, 3, 2],
      [4, 100, 9],
      [128, 64, 33],
      [1030, 7, 12],
      [6, 2500, 9],
      [70, 3000, 5],
    ] as const) {
      it(`multiplies ${rows} × ${inner} by ${inner} × ${columns}, either transposed`, async () => {
        for (const [transposeA, transposeB] of [
          [false, true],
          [true, false],
        ] as const) {
          const a = numbers(transposeA ? [1, inner, rows] : [1, rows, inner], 1);
          const b = numbers(transposeB ? [1, columns, inner] : [1, inner, columns], 2);
          const expected = product(a, b, transposeA, transposeB);
          close(await valuesOf(() => tf.matMul(tensor(a), tensor(b), transposeA, transposeB)), expected);
          const flat = (x: Numbers) => tensor({ ...x, shape: x.shape.slice(1) });
          const result = tf.tidy(() => tf.matMul(flat(a), flat(b), transposeA, transposeB).shape);
          assert.deepEqual(result, [rows, columns]);
        }
      });
    }

    const depthwise: Record<string, Convolution> = {
      "3 × 3, same": { x: [17, 5, 6, 7], filter: [3, 3, 7, 1], strides: [1, 1], pad: "same" },
      "stride 2": { x: [2, 7, 8, 5], filter: [3, 2, 5, 1], strides: [2, 2], pad: "same" },
      "stride beyond the filter": { x: [2, 9, 8, 4], filter: [2, 1, 4, 1], strides: [3, 3], pad: "same" },
      "several outputs a channel": { x: [2, 5, 6, 3], filter: [3, 3, 3, 2], strides: [1, 1], pad: "valid" },
      "several outputs a channel, stride 2": { x: [2, 5, 6, 5], filter: [2, 3, 5, 3], strides: [2, 2], pad: "same" },
      dilated: { x: [2, 7, 8, 4], filter: [3, 2, 4, 2], strides: [1, 1], dilations: [2, 3], pad: "same" },
    };
    for (const [name, form] of Object.entries(depthwise)) {
      it(`depthwise convolution, ${name}`, async () => {
        const c = { ...form, depthwise: true };
        const [x, filter, dy] = [numbers(c.x, 1), numbers(c.filter, 2), numbers(outputShape(c), 3)];
        const [strides, dilations] = [[...c.strides], [...(c.dilations ?? [1, 1])]] as [number, number][];
        const apply = (a: tf.Tensor, b: tf.Tensor) =>
          tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides as never, c.pad as "same", "NHWC", dilations);
        const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(apply(a, b), tensor(dy)));
        close(await valuesOf(() => apply(tensor(x), tensor(filter))), convolve(c, x, filter));
        const dx = () => tf.grad((a) => loss(a, tensor(filter)))(tensor(x));
        const dw = () => tf.grad((b) => loss(tensor(x), b))(tensor(filter));
        close(await valuesOf(dx), inputGradient(c, dy, filter));
        close(await valuesOf(dw), filterGradient(c, x, dy));
      });
    }

    for (const taps of [1, 2, 3]) {
      it(`no images leave the gradient of a filter of ${taps} × ${taps} at zero`, async () => {
        const x = tf.tensor4d([], [0, 6, 6, 16]);
        const filter = numbers([taps, taps, 16, 20], 1);
        const dw = () => tf.grad((b) => tf.sum(tf.conv2d(x, b as tf.Tensor4D, 1, "same")))(tensor(filter));
        assert.deepEqual(await valuesOf(dw), new Float32Array(filter.values.length));
        x.dispose();
      });
    }

    it("max pooling's gradient goes to the first of equals, below zero too", async () => {
      const x = tf.tensor4d([-3, -3, -5, -3, -2, -4, 0, 0, -9, -9, -9, -9], [1, 3, 4, 1]);
      const dx = () =>
        tf.grad((a) =>
          tf.sum(
            tf.mul(tf.maxPool(a as tf.Tensor4D, 2, [1, 2], "valid"), [
              [
                [[1], [2]],
                [[4], [8]],
              ],
            ]),
          ),
        )(x);
      assert.deepEqual([...(await valuesOf(dx))], [0, 0, 0, 0, 1 + 4, 0, 2 + 8, 0, 0, 0, 0, 0]);
      x.dispose();
    });

    it("max pooling of volumes, with a margin", async () => {
      const x = numbers([2, 3, 4, 3, 6], 1, -3);
      const expected: number[] = [];
      for (let n = 0; n < 2; n++)
        for (let d = 0; d < 2; d++)
          for (let i = 0; i < 2; i++)
            for (let j = 0; j < 3; j++)
              for (let c = 0; c < 6; c++) {
                let most = Number.NEGATIVE_INFINITY;
                for (let p = 2 * d; p < Math.min(3, 2 * d + 2); p++)
                  for (let q = 2 * i; q < 2 * i + 2; q++)
                    for (let r = j; r < Math.min(3, j + 2); r++)
                      most = Math.max(most, at(x.values, (((n * 3 + p) * 4 + q) * 3 + r) * 6 + c));
                expected.push(most);
              }
      const y = await valuesOf(() => tf.maxPool3d(tensor(x) as tf.Tensor5D, 2, [2, 2, 1], "same"));
      assert.deepEqual([...y], expected);
    });

    it("batch normalisation of many rows, far from zero", async () => {
      const x = numbers([50, 9, 11, 5], 1, 100);
      const [scale, offset] = [numbers([5], 2), numbers([5], 3)];
      const rows = 50 * 9 * 11;
      const mean = columnSums(x).map((sum) => sum / rows);
      const squares = x.values.map((value, i) => (value - at(mean, i % 5)) ** 2);
      const variance = columnSums({ ...x, values: squares }).map((sum) => sum / rows);
      const y = Array.from(x.values, (value, i) => {
        const normal = (value - at(mean, i % 5)) / Math.sqrt(at(variance, i % 5) + 1e-3);
        return normal * at(scale.values, i % 5) + at(offset.values, i % 5);
      });
      const parameters = { axis: 3, epsilon: 1e-3 };
      const made = tf.tidy(() => ({ ...batchNormTraining(tensor(x), tensor(scale), tensor(offset), parameters) }));
      close((await made.mean.data()) as Float32Array, mean);
      close((await made.variance.data()) as Float32Array, variance);
      close((await made.y.data()) as Float32Array, y, 5e-5);
      tf.dispose(made);
    });

    for (const shape of [
      [1, 1],
      [3, 5],
      [3, 21, 33, 7],
      [2, 40, 40, 8],
    ]) {
      it(`batch normalisation by known statistics of ${shape}, with scale and offset and without`, async () => {
        const columns = shape.at(-1) as number;
        const [x, mean, variance] = [numbers(shape, 1, 10), numbers([columns], 2, 10), numbers([columns], 3, 1.5)];
        const [scale, offset] = [numbers([columns], 4), numbers([columns], 5)];
        const normal = (i: number) =>
          (at(x.values, i) - at(mean.values, i % columns)) / Math.sqrt(at(variance.values, i % columns) + 0.01);
        for (const [hasScale, hasOffset] of [
          [true, true],
          [true, false],
          [false, true],
          [false, false],
        ]) {
          const y = await valuesOf(() =>
            tf.batchNorm(
              tensor(x),
              tensor(mean) as tf.Tensor1D,
              tensor(variance) as tf.Tensor1D,
              hasOffset ? (tensor(offset) as tf.Tensor1D) : undefined,
              hasScale ? (tensor(scale) as tf.Tensor1D) : undefined,
              0.01,
            ),
          );
          const expected = Array.from(x.values, (_, i) => {
            const scaled = normal(i) * (hasScale ? at(scale.values, i % columns) : 1);
            return scaled + (hasOffset ? at(offset.values, i % columns) : 0);
          });
          close(y, expected);
        }
      });
    }

    it("gives the same numbers every time", async () => {
      const x = numbers([33, 9, 9, 20], 1);
      const filter = numbers([3, 3, 20, 24], 2);
      const once = () =>
        valuesOf(() =>
          tf.grad((b) => tf.sum(tf.square(tf.conv2d(tensor(x) as tf.Tensor4D, b as tf.Tensor4D, 1, "same"))))(
            tensor(filter),
          ),
        );
      const first = await once();
      for (let i = 0; i < 5; i++) assert.deepEqual(await once(), first);
      reproduced.push(first);
      assert.deepEqual(reproduced[0], first, "on any number of threads");
    });
  });
}

const reproduced: Float32Array[] = [];
