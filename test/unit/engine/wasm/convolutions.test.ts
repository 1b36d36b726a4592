import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Engine } from "../../../../src/pruning/engine/engine.ts";
import {
  ConvolveEach,
  type ConvolveEachAttributes,
  filterBlock,
} from "../../../../src/pruning/engine/kernels/convolveEach.ts";
import { openWhenFree } from "../backends.ts";
import { type Convolution, convolve, filterGradient, inputGradient, outputShape } from "../meetings.ts";
import { difference, type Numbers, numbers } from "../oracles.ts";
import { valuesOf } from "../wasm.ts";

const tensor = ({ values, shape }: Numbers) => tf.tensor4d(values, shape as tf.Tensor4D["shape"]);
const vector = ({ values }: Numbers) => tf.tensor1d(values);

/** Shapes at which tiles, blocks and items of the kernels run out, and every way to pad, step and spread. */
const cases: Record<string, Convolution> = {
  "one number": { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: [1, 1], pad: "valid" },
  "3 × 3, same": { x: [2, 7, 6, 3], filter: [3, 3, 3, 8], strides: [1, 1], pad: "same" },
  "3 × 3, valid": { x: [2, 7, 6, 4], filter: [3, 3, 4, 9], strides: [1, 1], pad: "valid" },
  "two blocks of outputs and a rest": { x: [1, 5, 5, 2], filter: [3, 3, 2, 19], strides: [1, 1], pad: "same" },
  "few outputs": { x: [3, 4, 5, 7], filter: [2, 3, 7, 3], strides: [1, 1], pad: "same" },
  "stride 2, same": { x: [2, 9, 8, 3], filter: [3, 3, 3, 4], strides: [2, 2], pad: "same" },
  "stride 2, valid, input left over": { x: [2, 10, 9, 3], filter: [3, 3, 3, 4], strides: [2, 2], pad: "valid" },
  "strides 2 and 3, even filter": { x: [2, 9, 11, 2], filter: [2, 4, 2, 5], strides: [2, 3], pad: "same" },
  "stride beyond the filter": { x: [2, 9, 10, 2], filter: [1, 2, 2, 5], strides: [3, 3], pad: "same" },
  "stride beyond the input": { x: [3, 2, 2, 2], filter: [1, 1, 2, 5], strides: [3, 3], pad: "valid" },
  "1 × 1": { x: [2, 5, 3, 6], filter: [1, 1, 6, 10], strides: [1, 1], pad: "same" },
  "1 × 1, many pixels": { x: [2, 33, 35, 5], filter: [1, 1, 5, 9], strides: [1, 1], pad: "valid" },
  "1 × 1, padded": { x: [2, 5, 3, 6], filter: [1, 1, 6, 10], strides: [1, 1], pad: [1, 1, 2, 0] },
  "1 × 1, stride 2": { x: [2, 5, 4, 6], filter: [1, 1, 6, 10], strides: [2, 2], pad: "same" },
  "dilated, same": { x: [2, 9, 8, 3], filter: [3, 3, 3, 5], strides: [1, 1], dilations: [2, 3], pad: "same" },
  "dilated, valid": { x: [2, 9, 8, 3], filter: [3, 2, 3, 5], strides: [1, 1], dilations: [3, 2], pad: "valid" },
  "explicit, uneven padding": { x: [2, 6, 5, 3], filter: [3, 3, 3, 4], strides: [2, 1], pad: [2, 0, 1, 2] },
  "padding wider than the filter": { x: [1, 3, 3, 2], filter: [2, 2, 2, 3], strides: [1, 1], pad: [3, 3, 4, 2] },
  "filter larger than the input": { x: [2, 3, 2, 2], filter: [5, 5, 2, 3], strides: [1, 1], pad: "same" },
  "many small images": { x: [130, 2, 2, 5], filter: [2, 2, 5, 6], strides: [1, 1], pad: "valid" },
  "many images of one pixel": { x: [67, 1, 1, 9], filter: [1, 1, 9, 8], strides: [1, 1], pad: "valid" },
  // From sixteen channels on, Winograd's method takes plain 3 × 3 convolutions over.
  "Winograd, same": { x: [3, 8, 6, 16], filter: [3, 3, 16, 24], strides: [1, 1], pad: "same" },
  "Winograd, odd sizes": { x: [3, 9, 7, 17], filter: [3, 3, 17, 19], strides: [1, 1], pad: "same" },
  "Winograd, valid": { x: [2, 10, 9, 18], filter: [3, 3, 18, 16], strides: [1, 1], pad: "valid" },
  "Winograd, uneven padding": { x: [2, 7, 8, 20], filter: [3, 3, 20, 17], strides: [1, 1], pad: [0, 3, 2, 1] },
  "Winograd, wide padding": { x: [2, 4, 3, 16], filter: [3, 3, 16, 21], strides: [1, 1], pad: [6, 7, 9, 8] },
  "Winograd, two rows": { x: [5, 2, 40, 16], filter: [3, 3, 16, 16], strides: [1, 1], pad: "same" },
  "Winograd, several shares": { x: [9, 20, 22, 16], filter: [3, 3, 16, 16], strides: [1, 1], pad: "same" },
  "too small for Winograd": { x: [40, 3, 3, 16], filter: [3, 3, 16, 16], strides: [1, 1], pad: "valid" },
  "one large image": { x: [1, 70, 90, 16], filter: [3, 3, 16, 4], strides: [1, 1], pad: "same" },
};

/** The same with so many images that there are more than 1024 positions of output. */
function enlarged(c: Convolution): Convolution {
  const [images, height, width] = outputShape(c);
  const [, ...image] = c.x;
  return { ...c, x: [images * Math.ceil(1025 / (images * height * width)), ...image] };
}

const activations = [
  ["linear", (value: number) => value],
  ["relu", (value: number) => Math.max(0, value)],
  ["relu6", (value: number) => Math.min(6, Math.max(0, value))],
  ["sigmoid", (value: number) => 1 / (1 + Math.exp(-value))],
] as const;

const toTfjs = ({ strides, dilations = [1, 1], pad }: Convolution) => ({
  strides: [...strides] as [number, number],
  dilations: [...dilations] as [number, number],
  pad:
    typeof pad === "string"
      ? pad
      : ([[0, 0], pad.slice(0, 2), pad.slice(2), [0, 0]] as tf.backend_util.ExplicitPadding),
});

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  assert.ok(difference(actual, expected) < 5e-6 * scale, `${difference(actual, expected)} of ${scale}`);
}

/** A filter's weights as `ConvolveEach` takes them: output channels in blocks of eight, filled up with zeros. */
function packed({ shape, values }: Numbers): number[] {
  const outputs = shape[3] as number;
  const taps = values.length / outputs;
  return Array.from({ length: Math.ceil(outputs / filterBlock) }, (_, block) =>
    Array.from({ length: taps * filterBlock }, (_, i) => {
      const output = block * filterBlock + (i % filterBlock);
      return output < outputs ? (values[Math.floor(i / filterBlock) * outputs + output] as number) : 0;
    }),
  ).flat();
}

for (const threads of [1, 2, 3]) {
  describe(`WASM: convolutions on ${threads} thread(s), against a plain loop`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openWhenFree({ backend: "wasm", tfjsNodeFolders: [], threads });
    });
    after(() => engine.dispose());

    for (const [name, few] of Object.entries(cases)) {
      // XNNPACK computes a few output positions, our own kernel many.
      for (const [amount, c] of [
        ["few", few],
        ["many", enlarged(few)],
      ] as const) {
        it(`${name}, ${amount} images`, async () => {
          const [x, filter, bias] = [numbers(c.x, 1), numbers(c.filter, 2), numbers([c.filter[3]], 4)];
          const { strides, dilations, pad } = toTfjs(c);
          const y = convolve(c, x, filter);
          close(await valuesOf(() => tf.conv2d(tensor(x), tensor(filter), strides, pad, "NHWC", dilations)), y);
          const biased = y.map((value, i) => value + (bias.values[i % c.filter[3]] as number));
          for (const [activation, act] of activations) {
            const options = () => ({ x: tensor(x), filter: tensor(filter), strides, pad, dilations, activation });
            close(await valuesOf(() => tf.fused.conv2d({ ...options(), bias: vector(bias) })), biased.map(act));
            close(await valuesOf(() => tf.fused.conv2d(options())), y.map(act));
          }
          const scalar = () => ({
            x: tensor(x),
            filter: tensor(filter),
            strides,
            pad,
            dilations,
            bias: tf.scalar(0.5),
          });
          const plusHalf = y.map((value) => value + 0.5);
          close(await valuesOf(() => tf.fused.conv2d(scalar())), plusHalf);
        });
      }

      const { pad: border } = few;
      if (typeof border === "string")
        it(`${name}, each image by a filter of its own`, async () => {
          const entries = [few.x, few.x, few.x].map((shape, i) => ({
            x: numbers(shape, 10 + i),
            filter: numbers(few.filter, 20 + i),
          }));
          const shape = outputShape(few);
          const sums = numbers(shape, 30);
          const last = few.x[0] - 1;
          const picks = [
            { entry: 2, rows: [0, last] },
            { entry: 0, rows: [...Array(few.x[0]).keys()] },
            { entry: 2, rows: [last] },
          ];
          const image = sums.values.length / few.x[0];
          const expected = picks.flatMap(({ entry, rows }) => {
            const { x, filter } = entries[entry] as (typeof entries)[number];
            const y = convolve(few, x, filter).map((value, i) => value + (sums.values[i] as number));
            return rows.flatMap((row) => y.slice(row * image, (row + 1) * image));
          });
          const { strides, dilations } = toTfjs(few);
          for (const [activation, act] of activations) {
            const attributes: ConvolveEachAttributes = {
              ...{ picks, strides, dilations, pad: border, activation },
              ...{ imageShape: few.x.slice(1), filterShape: few.filter },
            };
            const given = () =>
              tf.engine().runKernel<tf.Tensor>(
                ConvolveEach,
                {
                  x: tf.tensor1d(entries.flatMap(({ x }) => [...x.values])),
                  filters: tf.tensor1d(entries.flatMap(({ filter }) => packed(filter))),
                  sums: tensor(sums),
                },
                { ...attributes },
              );
            close(await valuesOf(given), expected.map(act));
          }
        });

      it(`${name}, gradients`, async () => {
        const [x, filter, dy] = [numbers(few.x, 1), numbers(few.filter, 2), numbers(outputShape(few), 3)];
        const { strides, dilations, pad } = toTfjs(few);
        const loss = (a: tf.Tensor4D, b: tf.Tensor4D) =>
          tf.sum(tf.mul(tf.conv2d(a, b, strides, pad, "NHWC", dilations), tensor(dy)));
        const dx = () => tf.grad((a) => loss(a as tf.Tensor4D, tensor(filter)))(tensor(x));
        const dw = () => tf.grad((b) => loss(tensor(x), b as tf.Tensor4D))(tensor(filter));
        close(await valuesOf(dx), inputGradient(few, dy, filter));
        close(await valuesOf(dw), filterGradient(few, x, dy));
      });
    }
  });
}
