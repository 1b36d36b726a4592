import assert from "node:assert/strict";
import * as tfl from "@tensorflow/tfjs-layers";
import { measuredPlaces } from "../../../../src/pruning/methods/evidence/places.ts";
import { dense } from "../../engine/models.ts";
import { openWasm } from "../../graph/tfjs.ts";
import { residual, stored, subjectOf } from "./laboratory.ts";

const { layers } = tfl;

const placesOf = async (model: tfl.LayersModel) =>
  measuredPlaces(subjectOf(await stored(model))).map(({ layer, axis, channels }) => [layer, axis, [...channels]]);

const conv = (name: string, options = {}) => layers.conv2d({ filters: 2, kernelSize: 1, name, ...options });

/** Layers in a row behind an input, then a dense layer. */
const row = (shape: number[], ...own: tfl.layers.Layer[]) =>
  tfl.sequential({
    layers: [layers.inputLayer({ inputShape: shape, name: "in" }), ...own, layers.flatten(), dense(2, "head")],
  });

describe("where channels are measured", () => {
  before(openWasm);

  it("behind batch normalisation, activation and dropout, before pooling", async () => {
    const model = row(
      [4, 4, 1],
      conv("conv"),
      layers.batchNormalization({ name: "norm" }),
      layers.activation({ activation: "relu", name: "relu" }),
      layers.dropout({ rate: 0.5, name: "drop" }),
      layers.maxPooling2d({ poolSize: 2, name: "pool" }),
    );
    assert.deepEqual(await placesOf(model), [
      ["drop", -1, [0, 1]],
      ["head", -1, [2, 3]],
    ]);
  });

  it("behind an addition where the layer leads to it alone, in nested models too", async () => {
    const names = (await placesOf(residual())).map(([layer]) => layer);
    assert.deepEqual(names, ["stem", "block/inner_relu", "rectified", "hidden", "head"]);
  });

  it("at the layer itself where several look at what it puts out, or it is called several times", async () => {
    const input = tfl.input({ shape: [4, 4, 1], name: "in" });
    const shared = conv("shared");
    const [a, b] = [
      shared.apply(input),
      shared.apply(conv("before", { filters: 1 }).apply(input)),
    ] as tfl.SymbolicTensor[];
    const relu = layers.reLU({ name: "relu" }).apply(a as tfl.SymbolicTensor) as tfl.SymbolicTensor;
    const both = layers.concatenate({ name: "both" }).apply([relu, b as tfl.SymbolicTensor]) as tfl.SymbolicTensor;
    const fork = conv("fork").apply(both) as tfl.SymbolicTensor;
    const after = [
      layers.reLU({ name: "left" }).apply(fork),
      layers.elu({ name: "right" }).apply(fork),
    ] as tfl.SymbolicTensor[];
    const joined = layers.multiply({ name: "joined" }).apply(after) as tfl.SymbolicTensor;
    const head = dense(2, "head").apply(layers.flatten().apply(joined)) as tfl.SymbolicTensor;
    const names = (await placesOf(tfl.model({ inputs: input, outputs: head }))).map(([layer]) => layer);
    assert.deepEqual(names.sort(), ["before", "fork", "head", "shared"]);
  });

  it("once for each unit of a recurrent layer, both directions side by side", async () => {
    const units = 2;
    const lstm = () => layers.lstm({ units, returnSequences: true, recurrentInitializer: "zeros" });
    const model = row([3, 1], layers.bidirectional({ layer: lstm() as never, mergeMode: "concat", name: "both" }));
    assert.deepEqual((await placesOf(model))[0], ["both", -1, [0, 1, 0, 1]]);
  });

  it("along the axis of channels, wherever it is", async () => {
    const first = row([1, 4, 4], conv("conv", { dataFormat: "channelsFirst" }), layers.reLU({ name: "relu" }));
    assert.deepEqual((await placesOf(first))[0], ["relu", -3, [0, 1]]);
  });
});
