import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import type { Engine } from "../../../src/pruning/engine/engine.ts";
import { channelsOf } from "../../../src/pruning/graph/channels/channelsOf.ts";
import { mask } from "../../../src/pruning/graph/channels/mask.ts";
import { shrink } from "../../../src/pruning/graph/channels/shrink.ts";
import { expandInto } from "../../../src/pruning/methods/expandInto.ts";
import { type DeadOptions, shrinkDead } from "../../../src/pruning/methods/shrinkDead.ts";
import type { Model, Weight } from "../../../src/pruning/model/model.ts";
import { withWeights } from "../../../src/pruning/model/model.ts";
import { decodeFloats } from "../../../src/pruning/model/values.ts";
import { openWhenFree, withoutLeak } from "../engine/backends.ts";
import { dense, floatWeight, graphModel, savedModel } from "../engine/models.ts";

const { layers } = tfl;

/** The model with the elements of a weight that a test picks set to a value. */
function setting(model: Model, name: string, picks: (index: number) => boolean, value = 0): Model {
  const weight = model.weights.get(name) as Weight;
  const values = decodeFloats(weight).map((old, i) => (picks(i) ? value : old));
  return withWeights(model, [floatWeight(name, weight.shape, values)]);
}

/** The elements of one filter of 4, its last axis. */
const filter = (which: number) => (index: number) => index % 4 === which;
/** The elements of one of the rows of 2 that read a filter. */
const reader = (which: number) => (index: number) => Math.floor(index / 2) === which;

/** Layers between four filters and two outputs; the names of the first and the last are `conv` and `head`. */
async function between(...middle: tfl.layers.Layer[]): Promise<Model> {
  const first = layers.conv2d({
    inputShape: [5, 5, 2],
    filters: 4,
    kernelSize: 3,
    padding: "same",
    name: "conv",
    biasInitializer: "randomNormal",
  });
  const last = [layers.globalAveragePooling2d({ name: "gap" }), dense(2, "head")];
  return savedModel(tfl.sequential({ layers: [first, ...middle, ...last] }));
}

const relu = (name = "relu") => layers.activation({ activation: "relu", name });

describe("shrinking what does nothing", function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await openWhenFree({ backend: "wasm", tfjsNodeFolders: [] });
  });
  after(() => engine.dispose());
  const verification = { engine: async () => engine };

  /** What is left of the filters of `conv`, and what is said of it. */
  async function left(model: Model, options: DeadOptions = {}) {
    const pruned = await withoutLeak(() => shrinkDead(model, options, verification));
    return { filters: pruned.model.weights.get("conv/kernel")?.shape.at(-1), ...pruned };
  }

  it("takes out filters that nobody reads", async () => {
    const model = setting(await between(relu()), "head/kernel", reader(2));
    const { filters, notes } = await left(model);
    assert.equal(filters, 3);
    assert.deepEqual(notes, ["1 filter that did nothing was taken out: 1 of conv."]);
  });

  it("takes out filters of nothing but zeros, and those whose bias an activation makes zero", async () => {
    const zero = setting(await between(relu()), "conv/kernel", filter(1));
    assert.equal((await left(setting(zero, "conv/bias", filter(1), 0))).filters, 3);
    assert.equal((await left(setting(zero, "conv/bias", filter(1), -0.5))).filters, 3);
    const positive = setting(zero, "conv/bias", filter(1), 0.5);
    const { model, notes } = await left(positive);
    assert.equal(model, positive);
    assert.match(notes[0] ?? "", /^Nothing was taken out: every filter .*\.$/);
  });

  it("sees through batch normalisation: what it adds may be kept by an activation, or not", async () => {
    const plain = await between(layers.batchNormalization({ name: "bn" }), relu());
    const zero = setting(setting(plain, "conv/kernel", filter(3)), "conv/bias", filter(3), 0);
    assert.equal((await left(zero)).filters, 3);
    assert.equal((await left(setting(zero, "bn/beta", filter(3), 1))).filters, 4);
    assert.equal((await left(setting(zero, "bn/beta", filter(3), -1))).filters, 3);
    assert.equal((await left(setting(zero, "bn/moving_mean", filter(3), 2))).filters, 3);
    assert.equal((await left(setting(zero, "bn/moving_mean", filter(3), -2))).filters, 4);
    const closed = setting(setting(plain, "bn/gamma", filter(0)), "bn/beta", filter(0), 0);
    assert.equal((await left(closed)).filters, 3);
  });

  it("does not take for zero what a sigmoid, a softplus or a shift makes of it", async () => {
    for (const activation of ["sigmoid", "softplus", "hardSigmoid"] as const) {
      const plain = await between(layers.activation({ activation, name: "act" }));
      const zero = setting(setting(plain, "conv/kernel", filter(1)), "conv/bias", filter(1), 0);
      assert.equal((await left(zero)).filters, 4, activation);
    }
    for (const activation of ["tanh", "elu", "selu", "swish", "gelu", "mish", "softsign"] as const) {
      const plain = await between(layers.activation({ activation, name: "act" }));
      const zero = setting(setting(plain, "conv/kernel", filter(1)), "conv/bias", filter(1), 0);
      assert.equal((await left(zero)).filters, 3, activation);
    }
  });

  it("follows zeros through pools, padding, depthwise kernels and flattening", async () => {
    const first = layers.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, padding: "same", name: "conv" });
    const model = await savedModel(
      tfl.sequential({
        layers: [
          first,
          layers.reLU({ name: "relu" }),
          layers.zeroPadding2d({ name: "pad" }),
          layers.maxPooling2d({ name: "pool" }),
          layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, name: "depthwise", activation: "relu6" }),
          layers.averagePooling2d({ poolSize: 2, strides: 1, padding: "same", name: "average" }),
          layers.flatten({ name: "flat" }),
          dense(2, "head"),
        ],
      }),
    );
    const { filters, notes } = await left(setting(model, "conv/kernel", filter(2)));
    assert.equal(filters, 3, notes.join());
  });

  it("follows what only the dead were read by, and what only the dead read, as far as it goes", async () => {
    const chain = tfl.sequential({
      layers: [
        dense(4, "conv", { inputShape: [3], activation: "relu" }),
        dense(4, "middle", { activation: "relu" }),
        dense(2, "head"),
      ],
    });
    const model = await savedModel(chain);
    // Nobody reads middle 1, which alone reads conv 0; and middle 3 reads nothing but conv 2, which is zero.
    let pruned = setting(model, "head/kernel", reader(1));
    pruned = setting(pruned, "middle/kernel", (i) => Math.floor(i / 4) === 0 && i % 4 !== 1);
    pruned = setting(pruned, "middle/kernel", (i) => Math.floor(i / 4) !== 2 && i % 4 === 3);
    pruned = setting(pruned, "conv/kernel", filter(2));
    const after = await left(pruned);
    assert.deepEqual(after.notes, ["4 filters that did nothing were taken out: 2 of conv, 2 of middle."]);
    assert.deepEqual(after.model.weights.get("middle/kernel")?.shape, [2, 2]);
  });

  it("knows in a residual sum that one zero is not enough", async () => {
    const input = tfl.input({ shape: [4, 4, 2] });
    const conv = (name: string) => layers.conv2d({ filters: 4, kernelSize: 1, name });
    const [a, b] = [conv("conv").apply(input), conv("other").apply(input)] as tfl.SymbolicTensor[];
    const sum = relu().apply(layers.add({ name: "add" }).apply([a, b] as tfl.SymbolicTensor[])) as tfl.SymbolicTensor;
    const output = dense(2, "head").apply(layers.globalAveragePooling2d({}).apply(sum)) as tfl.SymbolicTensor;
    const model = setting(await savedModel(tfl.model({ inputs: input, outputs: output })), "conv/kernel", filter(1));
    assert.equal((await left(model)).filters, 4);
    assert.equal((await left(setting(model, "other/kernel", filter(1)))).filters, 3);
  });

  it("keeps what it is told to, and says so", async () => {
    const dead = (index: number) => index < 6;
    const model = setting(await between(relu()), "head/kernel", dead);
    assert.equal((await left(model)).filters, 1);
    const narrow = await left(model, { minWidth: 3 });
    assert.equal(narrow.filters, 3);
    assert.deepEqual(narrow.notes, [
      "1 filter that did nothing was taken out: 1 of conv.",
      "2 more do nothing, but conv keeps at least 3.",
    ]);
    const even = await left(model, { roundTo: 2 });
    assert.equal(even.filters, 2);
    assert.match(even.notes[1] ?? "", /^1 more does nothing, but conv keeps at least 1 and a multiple of 2\.$/);
    const all = setting(model, "head/kernel", () => true);
    assert.equal((await left(all)).filters, 1);
    const none = await left(model, { minWidth: 4 });
    assert.equal(none.model, model);
    assert.deepEqual(none.notes, ["Nothing was taken out: 3 filters do nothing, but conv keeps at least 4."]);
  });

  it("makes of a masked model what shrinking makes of it, and puts it back", async () => {
    const model = await between(layers.batchNormalization({ name: "bn" }), relu());
    const channels = channelsOf(model);
    const removal = Uint8Array.from({ length: channels.count }, (_, i) => Number(i === 0 || i === 2));
    const masked = mask(model, channels, removal);
    const after = await left(masked);
    assert.equal(after.model.source, shrink(model, channels, removal).source);
    const back = await expandInto(model, after.model, verification);
    assert.deepEqual(back.notes, []);
    const values = ({ weights }: Model) => [...weights.values()].map((weight) => [...decodeFloats(weight)]);
    assert.deepEqual(values(back.model), values(masked));
    const same = await expandInto(model, masked, verification);
    assert.equal(same.model, masked);
    assert.match(same.notes[0] ?? "", /^Nothing was expanded/);
  });

  it("says of a graph model that it cannot tell", async () => {
    const model = graphModel("AddV2", [-1, 2], floatWeight("w", [2], [0, 0]));
    const { model: after, notes } = await left(model);
    assert.equal(after, model);
    assert.match(notes[0] ?? "", /graph model\.$/);
  });
});
