import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Network } from "../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { type Model, sizeOf } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { countNonZero } from "../../../src/pruning/model/zero.ts";
import { reinitialize } from "../../../src/pruning/training/reinitialize.ts";
import { withEngine } from "../engine/backends.ts";
import { dense, floatWeight, modelFrom } from "../engine/models.ts";
import { numbers } from "../engine/oracles.ts";
import { cnn, modelOf, sparse, storedAs, valuesOf, zerosOf } from "./tiny.ts";

const image = { inputShape: [8, 8, 16] };

/** Layers of every kind, and how many inputs an output sums and outputs an input goes to, by hand. */
const kinds: Readonly<Record<string, [() => tfl.layers.Layer[], Readonly<Record<string, [number, number]>>]>> = {
  "a dense layer": [() => [dense(40, "d", { inputShape: [72] })], { "d/kernel": [72, 40] }],
  "a convolution": [
    () => [tfl.layers.conv2d({ ...image, filters: 24, kernelSize: [3, 5], name: "c" })],
    { "c/kernel": [3 * 5 * 16, 3 * 5 * 24] },
  ],
  "a transposed convolution": [
    () => [tfl.layers.conv2dTranspose({ ...image, filters: 5, kernelSize: 3, name: "t" })],
    { "t/kernel": [9 * 16, 9 * 5] },
  ],
  "a depthwise convolution": [
    () => [tfl.layers.depthwiseConv2d({ ...image, kernelSize: 5, depthMultiplier: 3, name: "w" })],
    { "w/depthwise_kernel": [25, 25 * 3] },
  ],
  "a separable convolution": [
    () => [tfl.layers.separableConv2d({ ...image, filters: 20, kernelSize: 5, name: "s" })],
    { "s/depthwise_kernel": [25, 25], "s/pointwise_kernel": [16, 20] },
  ],
  "a recurrent layer, to all of whose gates an input goes": [
    () => [tfl.layers.lstm({ inputShape: [5, 12], units: 16, recurrentInitializer: "glorotUniform", name: "l" })],
    { "l/kernel": [12, 64], "l/recurrent_kernel": [16, 64] },
  ],
};

/** Kernels of matrix products in a graph: plain, transposed, and a batch of matrices. */
function products(): { model: Model; fans: Record<string, [number, number]> } {
  const type = { type: "DT_FLOAT" };
  const placeholder = (name: string, ...lengths: number[]) => ({
    name,
    op: "Placeholder",
    attr: { dtype: type, shape: { shape: { dim: lengths.map((length) => ({ size: String(length) })) } } },
  });
  const constant = (name: string) => ({ name, op: "Const", attr: { dtype: type } });
  const node = [
    placeholder("x", -1, 30),
    constant("plain"),
    constant("turned"),
    constant("batch"),
    { name: "y", op: "MatMul", input: ["x", "plain"], attr: { T: type } },
    { name: "z", op: "MatMul", input: ["y", "turned"], attr: { T: type, transpose_b: { b: true } } },
    placeholder("b", 4, 3, 20),
    { name: "u", op: "BatchMatMulV2", input: ["b", "batch"], attr: { T: type } },
  ];
  const weights = [numbers([30, 50], 1), numbers([25, 50], 2), numbers([4, 20, 15], 3)].map(({ shape, values }, i) =>
    floatWeight(["plain", "turned", "batch"][i] as string, shape, values),
  );
  const json = { modelTopology: { node, library: {}, versions: { producer: 1 } }, weightsManifest: [] };
  return {
    model: modelFrom("graph-model", json, weights),
    fans: { plain: [30, 50], turned: [50, 25], batch: [20, 15] },
  };
}

/** Batch normalisations in a row, each with scale, shift, mean and variance of the given names. */
function normalizing(inputs: readonly (readonly string[])[]): Model {
  const type = { type: "DT_FLOAT" };
  const dim = [-1, 6, 6, 2].map((length) => ({ size: String(length) }));
  const names = [...new Set(inputs.flat())];
  const node = [
    { name: "y0", op: "Placeholder", attr: { dtype: type, shape: { shape: { dim } } } },
    ...names.map((name) => ({ name, op: "Const", attr: { dtype: type } })),
    ...inputs.map((parts, i) => ({
      name: `y${i + 1}`,
      op: "FusedBatchNormV3",
      input: [`y${i}`, ...parts],
      attr: { T: type, U: type },
    })),
  ];
  const json = { modelTopology: { node, library: {}, versions: { producer: 1 } }, weightsManifest: [] };
  return modelFrom(
    "graph-model",
    json,
    names.map((name) => floatWeight(name, [2], [5, 6])),
  );
}

/** Uniform between the limits: none beyond, some near them, mean and variance as they should be. */
function assertUniform(values: Float32Array, [fanIn, fanOut]: [number, number], name: string): void {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const sizes = values.map(Math.abs);
  const largest = sizes.reduce((a, b) => Math.max(a, b));
  assert.ok(largest <= limit && largest > 0.97 * limit, `${name}: up to ${largest}, the limit is ${limit}`);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  // Five standard deviations of either.
  const deviation = Math.sqrt(variance / values.length);
  assert.ok(Math.abs(mean) < 5 * deviation, `${name}: mean ${mean}`);
  const spread = Math.sqrt(0.8 / values.length);
  assert.ok(Math.abs(variance / (limit ** 2 / 3) - 1) < 5 * spread, `${name}: variance ${variance}`);
}

describe("reinitialising", function () {
  this.timeout(60_000);
  const redrawn = (model: Model, seed = 1, network: Network = networkOf(model)) =>
    reinitialize(model, network, seed).model;
  const onCpu = (test: Mocha.Context, use: () => Promise<void>) => withEngine(test, "cpu", use);

  for (const [title, [layers, fans]] of Object.entries(kinds)) {
    it(`draws ${title} by Glorot's rule`, async function () {
      await onCpu(this, async () => {
        const model = redrawn(await modelOf(layers()));
        for (const [name, each] of Object.entries(fans)) assertUniform(valuesOf(model, name), each, name);
        for (const [name, weight] of model.weights) {
          if (name.endsWith("bias")) assert.ok(decodeFloats(weight).every((value) => value === 0));
        }
      });
    });
  }

  it("draws the products of a graph by Glorot's rule", () => {
    const { model, fans } = products();
    const drawn = redrawn(model);
    for (const [name, each] of Object.entries(fans)) assertUniform(valuesOf(drawn, name), each, name);
  });

  for (const storage of ["float32", "float16", "uint8"] as const) {
    it(`keeps the zeros of kernels stored as ${storage}, and makes no others`, async function () {
      await onCpu(this, async () => {
        const model = storedAs(sparse(await modelOf(cnn()), 0.5), storage);
        const drawn = redrawn(model);
        for (const name of ["conv/kernel", "head/kernel"]) {
          assert.equal(zerosOf(drawn)[name], zerosOf(model)[name], name);
          const [before, after] = [model.weights.get(name), drawn.weights.get(name)];
          assert.ok(before && after && countNonZero(after) === countNonZero(before));
          assert.ok(countNonZero(after) < sizeOf(after.shape) * 0.8);
          assert.equal(after.quantization?.dtype, before.quantization?.dtype);
        }
      });
    });
  }

  it("makes batch normalisation the identity", async function () {
    await onCpu(this, async () => {
      const drawn = redrawn(await modelOf(cnn()));
      const parts = { gamma: 1, beta: 0, moving_mean: 0, moving_variance: 1 };
      for (const [part, value] of Object.entries(parts)) {
        assert.deepEqual([...valuesOf(drawn, `norm/${part}`)], [value, value, value], part);
      }
    });
  });

  it("makes batch normalisation in a graph the identity, whatever its weights are called", () => {
    const names = ["w/ReadVariableOp", "w/ReadVariableOp_1", "w/V3/ReadVariableOp", "w/V3/ReadVariableOp_1"];
    const drawn = redrawn(normalizing([names]));
    const expected = [1, 0, 0, 1];
    assert.deepEqual(
      names.map((name) => [...valuesOf(drawn, name)]),
      expected.map((value) => [value, value]),
    );
    // Shift and mean may be one constant. Where others have a part of it, there is no telling which is which.
    const shared = redrawn(
      normalizing([
        ["a", "b", "b", "c"],
        ["d", "e", "f", "c"],
      ]),
    );
    const values = Object.entries({ a: [1, 1], b: [0, 0], c: [1, 1], d: [5, 6], e: [5, 6], f: [5, 6] });
    for (const [name, value] of values) assert.deepEqual([...valuesOf(shared, name)], value, name);
  });

  it("is the same for the same seed and another for another, each kernel with draws of its own", async function () {
    await onCpu(this, async () => {
      const model = await modelOf([dense(9, "a", { inputShape: [9] }), dense(9, "b")]);
      const kernels = (seed: number) => ["a/kernel", "b/kernel"].map((name) => valuesOf(redrawn(model, seed), name));
      assert.deepEqual(kernels(4), kernels(4));
      assert.notDeepEqual(kernels(4)[0], kernels(5)[0]);
      assert.notDeepEqual(kernels(4)[0], kernels(4)[1]);
      const pruned = sparse(model, 0.5);
      const [whole, part] = [kernels(4)[0], valuesOf(redrawn(pruned, 4), "a/kernel")];
      part.forEach((value, i) => {
        assert.ok(value === 0 || value === whole?.[i]);
      });
    });
  });
});
