import assert from "node:assert/strict";
import type { Layer, Network, Shape } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { JsonObject, JsonValue } from "../../../../src/pruning/model/model.ts";
import { layers, layersModelOf, loadLayers, saved, tf } from "../tfjs.ts";

const { input, layers: tfl, model, sequential } = layers;
const dense = (name: string, units: number, more = {}) => tfl.dense({ name, units, ...more });

async function networkFrom(built: layers.LayersModel): Promise<Network> {
  const network = networkOf(await saved(built));
  built.dispose();
  return network;
}

const names = (network: Network) => network.layers.map(({ name }) => name);
const named = (network: Network, name: string): Layer => {
  const found = network.layers.find((layer) => layer.name === name);
  assert.ok(found, `${name} among ${names(network)}`);
  return found;
};
const weightsOf = (network: Network, name: string) => named(network, name).weights.map((weight) => weight.name);

const entry = (class_name: string, name: string, config: JsonObject = {}, inbound?: JsonValue): JsonObject => ({
  class_name,
  config: { name, ...config },
  ...(inbound !== undefined && { name, inbound_nodes: inbound }),
});

const batch: Shape = [null, 3];
const denseShapes = (name: string, from: number, to: number) => ({
  [`${name}/kernel`]: [from, to],
  [`${name}/bias`]: [to],
});

describe("topologies of layers models", () => {
  before(() => tf.setBackend("cpu"));

  const list = [
    entry("Dense", "a", { units: 4, batch_input_shape: batch as JsonValue }),
    entry("Dense", "b", { units: 2 }),
  ];
  const weights = { ...denseShapes("a", 3, 4), ...denseShapes("b", 4, 2) };

  for (const [form, topology] of Object.entries({
    "as tfjs saves it": { class_name: "Sequential", config: { name: "s", layers: list } },
    "as the converter writes it": { model_config: { class_name: "Sequential", config: { name: "s", layers: list } } },
    "with the list of layers as config": { class_name: "Sequential", config: list },
    "with an input layer": {
      class_name: "Sequential",
      config: { layers: [entry("InputLayer", "x", { batch_input_shape: batch as JsonValue }), ...list] },
    },
  })) {
    it(`reads a Sequential ${form}`, async () => {
      const file = layersModelOf(topology as JsonObject, weights);
      const network = networkOf(file);
      assert.deepEqual(names(network).slice(-2), ["a", "b"]);
      assert.deepEqual(network.outputs, [{ name: "b", shape: [null, 2] }]);
      assert.deepEqual(network.inputs[0]?.shape, [null, 3]);
      const loaded = await loadLayers(file);
      loaded.predict(tf.ones([1, 3])); // a Sequential names its inputs when it is first used
      assert.deepEqual(
        network.inputs.map(({ name }) => name),
        loaded.inputNames,
      );
      loaded.dispose();
    });
  }

  it("lists a shared layer once, its multiply-adds for each call, its first shape", async () => {
    const [a, b] = [input({ shape: [5, 3] }), input({ shape: [7, 3] })];
    const shared = dense("shared", 4);
    const outputs = [shared.apply(a), shared.apply(b)] as layers.SymbolicTensor[];
    const network = await networkFrom(model({ inputs: [a, b], outputs }));
    assert.equal(names(network).filter((name) => name === "shared").length, 1);
    assert.equal(named(network, "shared").macs, (5 + 7) * 3 * 4);
    assert.deepEqual(named(network, "shared").outputShape, [null, 5, 4]);
    assert.deepEqual(
      network.outputs.map(({ shape }) => shape),
      [
        [null, 5, 4],
        [null, 7, 4],
      ],
    );
    assert.deepEqual(
      network.inputs.map(({ shape }) => shape),
      [
        [null, 5, 3],
        [null, 7, 3],
      ],
    );
  });

  it("takes nested models apart, whatever their form and depth", async () => {
    const inner = sequential({ name: "inner", layers: [dense("d1", 4, { inputShape: [3] }), dense("d2", 5)] });
    const x = input({ shape: [3] });
    const middle = model({ name: "middle", inputs: x, outputs: dense("d3", 2).apply(inner.apply(x)) as never });
    const outer = sequential({ name: "outer", layers: [middle, dense("d4", 1)] });
    const network = await networkFrom(outer);
    assert.deepEqual(names(network), ["middle/inner/d1", "middle/inner/d2", "middle/d3", "d4"]);
    assert.deepEqual(weightsOf(network, "middle/inner/d2"), ["d2/kernel", "d2/bias"]);
    assert.deepEqual(named(network, "middle/d3").outputShape, [null, 2]);
    assert.deepEqual(network.inputs[0]?.shape, [null, 3]);
  });

  it("runs a nested model on the shape it is called on, once per call", async () => {
    const frame = input({ shape: [null, null, 3] });
    const conv = tfl.conv2d({ name: "conv", filters: 4, kernelSize: 3, padding: "same" });
    const tower = model({ name: "tower", inputs: frame, outputs: conv.apply(frame) as never });
    const [a, b] = [input({ shape: [8, 9, 3] }), input({ shape: [4, 5, 3] })];
    const outputs = [tower.apply(a), tower.apply(b)] as layers.SymbolicTensor[];
    const network = await networkFrom(model({ inputs: [a, b], outputs }));
    assert.deepEqual(named(network, "tower/conv").outputShape, [null, 8, 9, 4]);
    assert.equal(named(network, "tower/conv").macs, (8 * 9 + 4 * 5) * 3 * 3 * 3 * 4);
    assert.deepEqual(
      network.outputs.map(({ shape }) => shape),
      [
        [null, 8, 9, 4],
        [null, 4, 5, 4],
      ],
    );
  });

  it("repeats a model inside TimeDistributed at every step", async () => {
    const inner = sequential({ name: "inner", layers: [dense("d", 5, { inputShape: [4] }), tfl.reLU({ name: "r" })] });
    const steps = tfl.timeDistributed({ name: "steps", layer: inner, inputShape: [6, 4] });
    const network = await networkFrom(sequential({ layers: [steps] }));
    assert.deepEqual(names(network), ["steps/d", "steps/r"]);
    assert.deepEqual(named(network, "steps/d").outputShape, [null, 6, 5]);
    assert.equal(named(network, "steps/d").macs, 6 * 4 * 5);
    assert.deepEqual(network.outputs[0]?.shape, [null, 6, 5]);
  });

  it("follows several outputs of one layer", async () => {
    const x = input({ shape: [6, 4] });
    const still = { recurrentInitializer: "zeros" } as const;
    const lstm = tfl.lstm({ name: "lstm", units: 5, returnState: true, ...still });
    const [last, h, c] = lstm.apply(x) as layers.SymbolicTensor[];
    const again = tfl.lstm({ name: "again", units: 5, returnSequences: true, ...still });
    const decoded = again.apply([x, h, c] as never) as layers.SymbolicTensor;
    const network = await networkFrom(model({ inputs: x, outputs: [last as layers.SymbolicTensor, decoded] }));
    assert.deepEqual(
      network.outputs.map(({ shape }) => shape),
      [
        [null, 5],
        [null, 6, 5],
      ],
    );
    assert.equal(named(network, "again").macs, 6 * 4 * 5 * (4 + 5));
  });

  it("runs layers in the order they can, though the file lists a shared one early", async () => {
    const x = input({ name: "x", shape: [3] });
    const a = dense("a", 3);
    const b = dense("b", 3);
    const outputs = b.apply(a.apply(b.apply(a.apply(x)))) as layers.SymbolicTensor;
    const network = await networkFrom(model({ inputs: x, outputs }));
    assert.deepEqual(names(network), ["x", "a", "b"]);
    assert.equal(named(network, "a").macs, 2 * 3 * 3);
  });

  it("leaves out layers that no output needs, as tfjs does", async () => {
    const shape = { batch_input_shape: batch as JsonValue };
    const topology = {
      class_name: "Functional",
      config: {
        name: "m",
        layers: [
          entry("InputLayer", "x", shape, []),
          entry("Dense", "used", { units: 4 }, [[["x", 0, 0, {}]]]),
          entry("Dense", "idle", { units: 4 }, [[["x", 0, 0, {}]]]),
        ],
        input_layers: [["x", 0, 0]],
        output_layers: [["used", 0, 0]],
      },
    };
    const file = layersModelOf(topology, denseShapes("used", 3, 4));
    assert.deepEqual(names(networkOf(file)), ["x", "used"]);
    (await loadLayers(file)).dispose();
  });

  const rnn = (layer: JsonObject) => ({
    class_name: "Sequential",
    config: { name: "s", layers: [layer] },
  });
  const steps = { batch_input_shape: [null, 6, 4] };
  const lstm = (name: string) => entry("LSTM", name, { units: 5, recurrent_activation: "sigmoid" });

  for (const [form, topology, prefixes] of [
    ["plain", rnn(entry("LSTM", "lstm", { units: 5, ...steps })), ["lstm"]],
    ["with its cell", rnn(entry("LSTM", "lstm", { units: 5, ...steps })), ["lstm/lstm_cell"]],
    [
      "in a Bidirectional",
      rnn(entry("Bidirectional", "bi", { layer: lstm("lstm"), ...steps })),
      ["bi/forward_lstm", "bi/backward_lstm"],
    ],
    [
      "in a Bidirectional with its cell",
      rnn(entry("Bidirectional", "bi", { layer: lstm("lstm"), ...steps })),
      ["bi/forward_lstm/lstm_cell_1", "bi/backward_lstm/lstm_cell_2"],
    ],
  ] as const) {
    it(`finds the weights of an LSTM named ${form}`, async () => {
      const shapes = prefixes.flatMap((prefix): [string, number[]][] => [
        [`${prefix}/kernel`, [4, 20]],
        [`${prefix}/recurrent_kernel`, [5, 20]],
        [`${prefix}/bias`, [20]],
      ]);
      const file = layersModelOf(topology, Object.fromEntries(shapes));
      assert.deepEqual(
        networkOf(file).layers[0]?.weights.map(({ name }) => name),
        shapes.map(([name]) => name),
      );
      (await loadLayers(file)).dispose();
    });
  }

  it("leaves the optimiser's weights to no layer", () => {
    const file = layersModelOf({ class_name: "Sequential", config: list }, { ...weights, "Adam/m1": [3, 4] });
    const marked = [...file.weights].map(
      ([name, weight]) => [name, { ...weight, group: "optimizer" as const }] as const,
    );
    const optimizer = new Map([...file.weights, ...marked.filter(([name]) => name === "Adam/m1")]);
    const network = networkOf({ ...file, weights: optimizer });
    assert.ok(!network.layers.some((layer) => layer.weights.some(({ name }) => name === "Adam/m1")));
  });

  it("takes BatchNormalization's axis as a list of one", async () => {
    const topology = rnn(entry("BatchNormalization", "bn", { axis: [3], batch_input_shape: [null, 4, 4, 3] }));
    const shapes = Object.fromEntries(["gamma", "beta", "moving_mean", "moving_variance"].map((w) => [`bn/${w}`, [3]]));
    const file = layersModelOf(topology, shapes);
    assert.equal(networkOf(file).layers[0]?.weights.length, 4);
    (await loadLayers(file)).dispose();
  });
});
