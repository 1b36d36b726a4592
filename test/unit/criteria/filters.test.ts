import assert from "node:assert/strict";
import * as fc from "fast-check";
import { batchNorm } from "../../../src/pruning/criteria/batchNorm.ts";
import { rankFilters } from "../../../src/pruning/criteria/filters.ts";
import {
  criteria,
  criterionNamed,
  weightCriteria,
  weightCriterionNamed,
} from "../../../src/pruning/criteria/registry.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import type { Layer } from "../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { inspect } from "../../../src/pruning/metrics/inspect.ts";
import { type Model, sizeOf, type Weight, withWeights } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { withZeros } from "../../../src/pruning/model/zero.ts";
import { layers, modelOf, saved, tf } from "../graph/tfjs.ts";

/** The same model, each weight of small whole numbers of its own: sums of their squares are exact. */
function numbered(model: Model): Model {
  let next = 1;
  const weights = [...model.weights.values()].map((weight): Weight => {
    const values = Float32Array.from({ length: sizeOf(weight.shape) }, () => ((next++ * 7919) % 41) - 20);
    return { ...weight, bytes: new Uint8Array(values.buffer) };
  });
  return withWeights(model, weights);
}

/** Adds up terms in nested loops: `visit(...indices)` is called for every element of the shape. */
function loop(shape: readonly number[], visit: (...indices: number[]) => void, ...outer: number[]): void {
  const [length, ...rest] = shape;
  if (length === undefined) visit(...outer);
  for (let i = 0; i < (length ?? 0); i++) loop(rest, visit, ...outer, i);
}

/** Which filter an element of a kernel belongs to, by its indices, as the layers compute their outputs. */
type FilterOf = (indices: readonly number[]) => number;

const last: FilterOf = (indices) => indices.at(-1) as number;
const units =
  (count: number): FilterOf =>
  (indices) =>
    (indices.at(-1) as number) % count;

type LayerOf = () => InstanceType<typeof layers.layers.Layer>;
const square = { kernelSize: 2 };
// The usual initializer needs operations that nobody here registers.
const recurrent = { units: 4, recurrentInitializer: "zeros" } as const;

/** Every kind of kernel: the layer, its kernels and how they count filters, and how many there are. */
const layouts: [string, number[], LayerOf, Record<string, FilterOf>, number][] = [
  ["dense", [3], () => layers.layers.dense({ units: 5 }), { kernel: last }, 5],
  ["conv1d", [6, 3], () => layers.layers.conv1d({ ...square, filters: 4 }), { kernel: last }, 4],
  ["conv2d", [6, 6, 3], () => layers.layers.conv2d({ kernelSize: [2, 3], filters: 4 }), { kernel: last }, 4],
  ["conv3d", [4, 4, 4, 2], () => layers.layers.conv3d({ ...square, filters: 3 }), { kernel: last }, 3],
  [
    "conv2dTranspose",
    [4, 4, 3],
    () => layers.layers.conv2dTranspose({ ...square, filters: 5 }),
    { kernel: ([, , out]) => out as number },
    5,
  ],
  [
    "depthwiseConv2d",
    [4, 4, 3],
    () => layers.layers.depthwiseConv2d({ ...square, depthMultiplier: 2 }),
    { depthwise_kernel: ([, , channel, copy]) => (channel as number) * 2 + (copy as number) },
    6,
  ],
  [
    "separableConv2d",
    [4, 4, 3],
    // As many depthwise channels as filters: only the pointwise kernel makes filters.
    () => layers.layers.separableConv2d({ ...square, filters: 3 }),
    { pointwise_kernel: last },
    3,
  ],
  ["simpleRNN", [5, 3], () => layers.layers.simpleRNN(recurrent), { kernel: units(4), recurrent_kernel: units(4) }, 4],
  ["gru", [5, 3], () => layers.layers.gru(recurrent), { kernel: units(4), recurrent_kernel: units(4) }, 4],
  ["lstm", [5, 3], () => layers.layers.lstm(recurrent), { kernel: units(4), recurrent_kernel: units(4) }, 4],
  ["embedding", [5], () => layers.layers.embedding({ inputDim: 7, outputDim: 3 }), { embeddings: last }, 3],
];

describe("filters ranked by the norms of their weights, against nested loops", () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend("cpu");
  });

  for (const [title, inputShape, makeLayer, kernels, count] of layouts) {
    it(title, async () => {
      const sequential = layers.sequential();
      sequential.add(layers.layers.inputLayer({ inputShape }));
      sequential.add(makeLayer());
      const model = numbered(await saved(sequential));
      const layer = networkOf(model).layers.find(({ prunable }) => prunable) as Layer;

      const absolute = Array<number>(count).fill(0);
      const squares = Array<number>(count).fill(0);
      for (const [kernel, filterOf] of Object.entries(kernels)) {
        const weight = [...model.weights.values()].find(({ name }) => name.endsWith(`/${kernel}`)) as Weight;
        const values = decodeFloats(weight);
        let i = 0;
        loop(weight.shape, (...indices) => {
          const value = values[i++] as number;
          const filter = filterOf(indices);
          absolute[filter] = (absolute[filter] as number) + Math.abs(value);
          squares[filter] = (squares[filter] as number) + value * value;
        });
      }
      for (const [name, expected] of [
        ["l1", absolute],
        ["l2", squares.map(Math.sqrt)],
      ] as const) {
        const ranked = rankFilters(model, layer, weightCriterionNamed(name));
        assert.deepEqual(
          ranked,
          expected.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score || a.index - b.index),
        );
      }
    });
  }

  it("by the batch normalisation behind them, where the network is known", async () => {
    const sequential = layers.sequential();
    sequential.add(layers.layers.conv2d({ inputShape: [4, 4, 2], filters: 3, kernelSize: 1, name: "conv" }));
    sequential.add(layers.layers.batchNormalization({ name: "norm" }));
    sequential.add(layers.layers.flatten());
    sequential.add(layers.layers.dense({ units: 2, name: "head" }));
    const stored = await saved(sequential);
    const gamma = stored.weights.get("norm/gamma") as Weight;
    const bytes = new Uint8Array(Float32Array.of(0.5, -2, 0).buffer);
    const model = withWeights(stored, [{ ...gamma, bytes }]);
    const network = networkOf(model);
    const rank = (name: string, around?: Parameters<typeof rankFilters>[3]) =>
      rankFilters(model, network.layers.find((each) => each.name === name) as Layer, batchNorm, around);
    const around = { network, channels: channelsOf(model) };
    assert.deepEqual(rank("conv", around), [
      { index: 1, score: 2 },
      { index: 0, score: 0.5 },
      { index: 2, score: 0 },
    ]);
    assert.deepEqual(rank("head", around), [], "no batch normalisation stands behind it");
    assert.deepEqual(rank("conv"), [], "nobody says what stands behind it");
    assert.deepEqual(
      inspect({ ...model, json: { ...model.json, weightsManifest: [] } }, network, { criterion: batchNorm }).layers.map(
        ({ filters }) => filters?.map(({ index }) => index),
      ),
      network.layers.map(({ name }) => (name === "conv" ? [1, 0, 2] : name === "head" ? [] : undefined)),
    );
  });

  /** A layer of one kernel, made by hand. */
  const layerOf = (filterAxes: number[], gates?: number): Layer => ({
    name: "layer",
    type: "Op",
    outputShape: null,
    macs: null,
    prunable: true,
    weights: [{ name: "w", role: "kernel", filterAxes, ...(gates && { gates }) }],
  });

  it("any axes of any kernel, neighbours or not", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()], { minLength: 1 }))),
        ([shape, axes]) => {
          const model = numbered(modelOf("graph-model", {}, { w: shape }));
          const expected = new Map<string, number>();
          const values = decodeFloats(model.weights.get("w") as Weight);
          let i = 0;
          loop(shape, (...indices) => {
            const filter = `${axes.map((axis) => indices[axis])}`;
            expected.set(filter, (expected.get(filter) ?? 0) + Math.abs(values[i++] as number));
          });
          const scores = rankFilters(model, layerOf(axes), weightCriterionNamed("l1")).sort(
            (a, b) => a.index - b.index,
          );
          // The first visits of the loops come in row-major order.
          assert.deepEqual(
            scores.map(({ score }) => score),
            [...expected.values()],
          );
        },
      ),
    );
  });

  it("gives equal scores in order of index, and zeroed filters last", () => {
    const model = modelOf("graph-model", {}, { w: [2, 4] });
    const ones = {
      ...(model.weights.get("w") as Weight),
      bytes: new Uint8Array(Float32Array.from(Array(8).fill(1)).buffer),
    };
    const pruned = withZeros(ones, Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0));
    const ranked = rankFilters(withWeights(model, [pruned]), layerOf([1]), weightCriterionNamed("l1"));
    assert.deepEqual(
      ranked.map(({ index, score }) => [index, score]),
      [
        [0, 2],
        [2, 2],
        [3, 2],
        [1, 0],
      ],
    );
  });

  it("gives nothing for a layer without kernels", () => {
    const model = modelOf("graph-model", {}, { w: [2, 4] });
    const [criterion] = weightCriteria;
    assert.deepEqual(rankFilters(model, { ...layerOf([1]), prunable: false }, criterion), []);
    assert.deepEqual(rankFilters(model, { ...layerOf([1]), weights: [{ name: "w", role: "bias" }] }, criterion), []);
  });

  it("finds criteria by name, and says which there are", () => {
    for (const criterion of criteria) assert.equal(criterionNamed(criterion.name), criterion);
    for (const criterion of weightCriteria) assert.equal(weightCriterionNamed(criterion.name), criterion);
    assert.throws(() => weightCriterionNamed("taylor"), {
      code: "bad-recipe",
      message: 'There is no weight criterion "taylor"; there are l2, l1, fpgm, batchNorm.',
    });
    assert.throws(() => criterionNamed("l3"), {
      code: "bad-recipe",
      message: /^There is no criterion "l3"; there are /,
    });
  });
});
