import assert from "node:assert/strict";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { l2 } from "../../../src/pruning/criteria/norms.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { networkOf } from "../../../src/pruning/graph/networkOf.ts";
import { inspect } from "../../../src/pruning/metrics/inspect.ts";
import { groupsByLayer } from "../../../src/pruning/metrics/inspectGroups.ts";
import type { GroupInspection } from "../../../src/pruning/metrics/inspection.ts";
import { kernelMap } from "../../../src/pruning/metrics/kernelMap.ts";
import { type Model, withWeights } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { dense, floatWeight, graphModel, savedModel } from "../engine/models.ts";

const { layers } = tfl;

/** Two convolutions joined by a sum, batch normalisation behind it, and two outputs. */
function residual(): Promise<Model> {
  const conv = (name: string, kernelSize: number) => layers.conv2d({ name, filters: 4, kernelSize, padding: "same" });
  const input = tfl.input({ shape: [6, 6, 3], name: "in" });
  const first = conv("first", 1).apply(input) as tfl.SymbolicTensor;
  const second = conv("second", 3).apply(first) as tfl.SymbolicTensor;
  const sum = layers.add({ name: "sum" }).apply([first, second]) as tfl.SymbolicTensor;
  const norm = layers.batchNormalization({ name: "norm" });
  const output = [norm, layers.globalAveragePooling2d({ name: "gap" }), dense(2, "head")].reduce(
    (x, layer) => layer.apply(x) as tfl.SymbolicTensor,
    sum,
  );
  return savedModel(tfl.model({ inputs: input, outputs: output }));
}

/** The model with filters of a kernel written over. */
function written(
  model: Model,
  name: string,
  change: (values: Float32Array, filter: number, i: number) => number,
): Model {
  const weight = model.weights.get(name);
  assert.ok(weight);
  const values = decodeFloats(weight);
  const count = weight.shape.at(-1) as number;
  return withWeights(model, [
    floatWeight(
      name,
      weight.shape,
      values.map((_, i) => change(values, i % count, i)),
    ),
  ]);
}

describe("what can be said of a model without running it", () => {
  let model: Model;
  before(async () => {
    await tf.setBackend("cpu");
    model = await residual();
  });
  const layerOf = (of: Model, name: string) => {
    const layer = networkOf(of).layers.find((each) => each.name === name);
    assert.ok(layer, name);
    return layer;
  };

  it("tells of each layer the group it belongs to, and of each group its layers and what may go", () => {
    const { layers: told, groups } = inspect(model, networkOf(model), { channels: channelsOf(model) });
    assert.deepEqual(Object.fromEntries(told.flatMap(({ name, group }) => (group ? [[name, group]] : []))), {
      first: "first",
      second: "first",
      norm: "first",
      head: "head",
    });
    assert.deepEqual(groups, [
      {
        name: "first",
        makers: ["first", "second"],
        followers: ["norm"],
        readers: ["second", "head"],
        channels: 4,
        free: 4,
      },
      {
        name: "head",
        makers: ["head"],
        followers: [],
        readers: [],
        channels: 2,
        free: 0,
        locked: 'Layer "head" gives these channels out: the model answers with them.',
      },
    ]);
  });

  it("leaves groups and filters out that nobody asked for", () => {
    const plain = inspect(model, networkOf(model));
    assert.ok(!("groups" in plain));
    assert.ok(plain.layers.every((layer) => !("group" in layer) && !("filters" in layer)));
  });

  it("says of a layer that follows several groups that it belongs to none", () => {
    const group = (name: string): GroupInspection => ({
      name,
      makers: [name],
      followers: ["norm", name],
      readers: [],
      channels: 1,
      free: 1,
    });
    assert.deepEqual(
      [...groupsByLayer([group("a"), group("b")])],
      [
        ["a", "a"],
        ["b", "b"],
      ],
    );
  });

  it("marks filters that are dead, twice there, or locked", () => {
    const dead = written(model, "second/kernel", (values, filter, i) => (filter === 2 ? 0 : (values[i] as number)));
    const twice = written(dead, "second/kernel", (values, filter, i) => values[filter === 3 ? i - 2 : i] as number);
    const ranked = inspect(twice, networkOf(twice), { criterion: l2, channels: channelsOf(twice) }).layers;
    const marks = (name: string) =>
      new Map(ranked.find((each) => each.name === name)?.filters?.map(({ index, score: _, ...rest }) => [index, rest]));
    assert.deepEqual(Object.fromEntries(marks("second")), { 0: {}, 1: {}, 2: { dead: true }, 3: { duplicateOf: 1 } });
    assert.deepEqual(Object.fromEntries(marks("head")), { 0: { locked: true }, 1: { locked: true } });
  });

  it("marks nothing as locked in a graph model, of which no channels are known", () => {
    const graph = graphModel("MatMul", [4, 3], floatWeight("w", [3, 2], [1, 2, 3, 4, 5, 6]));
    const { groups, layers: told } = inspect(graph, networkOf(graph), { criterion: l2, channels: channelsOf(graph) });
    assert.deepEqual(groups, []);
    const [filters] = told.flatMap((layer) => (layer.filters ? [layer.filters] : []));
    assert.deepEqual(
      filters?.map(({ index, locked }) => [index, locked]),
      [
        [1, undefined],
        [0, undefined],
      ],
    );
  });

  describe("of one filter", () => {
    const numbered = (name: string) => written(model, name, (_, __, i) => i - 20);

    it("gives a tile for each input, as large as the window", () => {
      const map = kernelMap(numbered("second/kernel"), layerOf(model, "second"), 1);
      assert.ok(map);
      const { cells, ...rest } = map;
      assert.deepEqual(rest, { rows: 3, columns: 3, inputs: 4, pooled: 1, min: -19, max: 121 });
      // Element (y, x, input, filter) of [3, 3, 4, 4] has the number ((3y + x)·4 + input)·4 + filter.
      const expected = [0, 1, 2, 3].flatMap((input) =>
        Array.from({ length: 9 }, (_, place) => (place * 4 + input) * 4 + 1 - 20),
      );
      assert.deepEqual(cells, expected);
    });

    it("gives a cell for each input of a dense layer, and none for a filter that there is not", () => {
      assert.deepEqual(kernelMap(numbered("head/kernel"), layerOf(model, "head"), 1)?.cells, [-19, -17, -15, -13]);
      assert.equal(kernelMap(model, layerOf(model, "head"), 2), undefined);
      assert.equal(kernelMap(model, layerOf(model, "gap"), 0), undefined);
    });

    it("has neighbouring inputs share a cell where there are too many, the strongest shown", async () => {
      const wide = await savedModel(tfl.sequential({ layers: [dense(2, "wide", { inputShape: [2500] })] }));
      const model = written(wide, "wide/kernel", (_, filter, i) => (filter === 0 && i === 2 * 7 ? -9 : 1));
      const map = kernelMap(model, layerOf(model, "wide"), 0);
      assert.equal(map?.pooled, 3);
      assert.equal(map?.cells.length, Math.ceil(2500 / 3));
      assert.deepEqual(map?.cells.slice(0, 4), [1, 1, -9, 1]);
      assert.deepEqual([map?.inputs, map?.min, map?.max], [2500, -9, 1]);
    });

    it("gives a cell for each gate of a recurrent unit, for inputs and state", async () => {
      const lstm = await savedModel(
        tfl.sequential({
          layers: [layers.lstm({ units: 3, inputShape: [5, 2], name: "lstm", recurrentInitializer: "glorotNormal" })],
        }),
      );
      const numbered = written(lstm, "lstm/kernel", (_, __, i) => i);
      const map = kernelMap(numbered, layerOf(numbered, "lstm"), 2);
      assert.deepEqual([map?.rows, map?.columns, map?.inputs], [1, 4, 2 + 3]);
      assert.deepEqual(map?.cells.slice(0, 8), [2, 5, 8, 11, 14, 17, 20, 23]);
    });

    it("gives a depthwise filter a single tile", async () => {
      const depthwise = layers.depthwiseConv2d({ name: "d", kernelSize: 2, depthMultiplier: 2, inputShape: [4, 4, 3] });
      const model = await savedModel(tfl.sequential({ layers: [depthwise] }));
      const numbered = written(model, "d/depthwise_kernel", (_, __, i) => i);
      const map = kernelMap(numbered, layerOf(numbered, "d"), 3);
      assert.deepEqual([map?.rows, map?.columns, map?.inputs, map?.cells], [2, 2, 1, [3, 9, 15, 21]]);
    });
  });
});
