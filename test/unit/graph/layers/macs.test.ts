import assert from "node:assert/strict";
import fc from "fast-check";
import { tf } from "../tfjs.ts";
import { build, type Config, check, compare, itOf, perAxis, small, still } from "./oneLayer.ts";

/**
 * Counts multiply-adds by running: with ones everywhere and no bias, each multiply-add contributes 1 to the sum
 * of the outputs. Holds for linear layers without padding.
 */
function countByRunning(make: string, config: Config, shape: number[]): number {
  return tf.tidy(() => {
    const { layer, model } = build(make, { ...config, useBias: false }, [[null, ...shape]]);
    layer.setWeights(layer.weights.map((weight) => tf.ones(weight.shape as number[])));
    const total = tf.sum(model.predict(tf.ones([1, ...shape])) as tf.Tensor).dataSync()[0] ?? Number.NaN;
    model.dispose();
    return total;
  });
}

describe("what layers hold and what they multiply", () => {
  before(() => tf.setBackend("cpu"));

  it("counts as many multiply-adds as running makes", () =>
    check(
      fc.asyncProperty(perAxis(2), perAxis(2), small, small, fc.integer({ min: 4, max: 8 }), async (k, s, c, f, n) => {
        const conv = { kernelSize: k, strides: s, filters: f };
        const square = { kernelSize: 3, strides: 2, filters: f };
        const cases: [string, Config, number[]][] = [
          ["conv1d", { ...conv, kernelSize: f, strides: c }, [n, c]],
          ["conv2d", conv, [n, n + 1, c]],
          ["conv2d", { kernelSize: 2, dilationRate: 2, filters: f }, [n, n, c]],
          ["conv3d", { kernelSize: 2, filters: f }, [4, 4, n, c]],
          ["conv2dTranspose", conv, [n, 3, c]],
          ["conv3dTranspose", square, [2, 3, 4, c]],
          ["depthwiseConv2d", { kernelSize: k, depthMultiplier: f }, [n, n, c]],
          ["dense", { units: f }, [n, c]],
        ];
        for (const [make, config, shape] of cases) {
          const network = await compare(make, config, [null, ...shape]);
          assert.equal(itOf(network).macs, countByRunning(make, config, shape), `${make} ${JSON.stringify(config)}`);
        }
      }),
    ));

  it("counts both parts of a separable convolution", async () => {
    const config = { kernelSize: [2, 3], strides: 2, padding: "same", filters: 5 };
    const { outputShape, macs } = itOf(await compare("separableConv2d", config, [null, 8, 9, 4]));
    assert.deepEqual(outputShape, [null, 4, 5, 5]);
    assert.equal(macs, 4 * 5 * (2 * 3 * 4 + 4 * 5));
  });

  it("counts padding as if it were multiplied, as the field does", async () => {
    const same = { kernelSize: 3, padding: "same", filters: 5 };
    assert.equal(itOf(await compare("conv2d", same, [null, 8, 9, 4])).macs, 8 * 9 * 5 * 3 * 3 * 4);
    const twice = { ...same, strides: 2 };
    assert.equal(itOf(await compare("conv2dTranspose", twice, [null, 8, 9, 4])).macs, 8 * 9 * 4 * 3 * 3 * 5);
  });

  it("says why multiply-adds are not known", async () => {
    const { macs, reason } = itOf(await compare("dense", { units: 2 }, [null, null, 4]));
    assert.equal(macs, null);
    assert.match(reason ?? "", /only known when the model runs/);
  });

  it("finds filters: the weight's other axes belong to one", async () => {
    const axes = async (make: string, config: Config, ...shape: number[]) =>
      itOf(await compare(make, config, [null, ...shape])).weights.flatMap(({ filterAxes }) =>
        filterAxes ? [filterAxes] : [],
      );
    assert.deepEqual(await axes("conv1d", { kernelSize: 2, filters: 3 }, 5, 4), [[2]]);
    assert.deepEqual(await axes("conv2d", { kernelSize: 2, filters: 3 }, 5, 5, 4), [[3]]);
    assert.deepEqual(await axes("conv2dTranspose", { kernelSize: 2, filters: 3 }, 5, 5, 4), [[2]]);
    assert.deepEqual(await axes("depthwiseConv2d", { kernelSize: 2 }, 5, 5, 4), [[2, 3]]);
    assert.deepEqual(await axes("separableConv2d", { kernelSize: 2, filters: 3 }, 5, 5, 4), [[2, 3], [3]]);
    assert.deepEqual(await axes("dense", { units: 3 }, 4), [[1]]);
    assert.deepEqual(await axes("embedding", { inputDim: 3, outputDim: 2 }, 4), [[1]]);
    assert.deepEqual(await axes("lstm", { units: 3, ...still }, 5, 4), [[1], [1]]);
    assert.deepEqual(await axes("convLstm2d", { filters: 3, kernelSize: 2, ...still }, 2, 5, 5, 4), [[3], [3]]);
  });

  it("prunes kernels only, and says why not", async () => {
    const { prunable, reason, weights, macs } = itOf(await compare("batchNormalization", {}, [null, 3]));
    assert.equal(prunable, false);
    assert.match(reason ?? "", /batch normalisation/);
    assert.deepEqual(
      weights.map(({ role }) => role),
      ["normalization", "normalization", "state", "state"],
    );
    assert.equal(macs, 0);
    assert.equal(itOf(await compare("prelu", {}, [null, 3])).weights[0]?.role, "constant");
    assert.equal(itOf(await compare("embedding", { inputDim: 3, outputDim: 2 }, [null, 4])).macs, 0);
    assert.equal(itOf(await compare("flatten", {}, [null, 3, 4])).reason, undefined);
  });
});
