import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Layer, Network, Shape } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { isModelJson, readModel } from "../../../../src/pruning/model/read.ts";
import { corpusModels, hasCorpus } from "../../../support/corpus.ts";
import { type layers, loadLayers, openWasm } from "../tfjs.ts";

type Loaded = layers.layers.Layer & { readonly layers?: readonly Loaded[] };

/** The layers of a loaded model as the network names them: those of nested models, not their inputs. */
function* flatten(all: readonly Loaded[], prefix = ""): Generator<[name: string, layer: Loaded, nested: boolean]> {
  for (const layer of all) {
    if (layer.layers) yield* flatten(layer.layers, `${prefix}${layer.name}/`);
    else if (layer.getClassName() !== "InputLayer" || prefix === "") yield [prefix + layer.name, layer, prefix !== ""];
  }
}

const shapeOf = (layer: Loaded): Shape => {
  const shape = layer.outputShape as Shape | Shape[];
  return Array.isArray(shape[0]) ? (shape[0] as Shape) : (shape as Shape);
};

const size = (lengths: readonly (number | null)[]): number =>
  lengths.reduce<number>((product, length) => product * (length ?? Number.NaN), 1);

/** Multiply-adds from the shapes of tfjs's own tensors, written out once more for each kind of layer. */
function expectedMacs(layer: Loaded): number | undefined {
  const kernel = layer.weights.find(({ originalName }) => originalName.endsWith("kernel"))?.shape ?? [];
  const output = shapeOf(layer).slice(1);
  switch (layer.getClassName()) {
    case "Conv2D":
      return size(output) * size(kernel.slice(0, 3));
    case "DepthwiseConv2D":
      return size(output) * size(kernel.slice(0, 2));
    case "Dense":
      return size(output) * size(kernel.slice(0, 1));
    case "LSTM":
      return Number.NaN; // the corpus leaves the number of steps open
    default:
      return layer.weights.some(({ originalName }) => originalName.endsWith("kernel")) ? undefined : 0;
  }
}

const models = hasCorpus
  ? readdirSync(corpusModels).flatMap((folder) =>
      readdirSync(join(corpusModels, folder))
        .filter((file) => file.endsWith(".json"))
        .map((file) => join(folder, file)),
    )
  : [];

const isLayersModel = (file: string) => {
  const text = readFileSync(join(corpusModels, file), "utf8");
  return isModelJson(text) && !Array.isArray(JSON.parse(text).modelTopology.node) && !/keras3/.test(file);
};

(hasCorpus ? describe : describe.skip)("networks of the layers models people publish", () => {
  before(openWasm);

  it("is tried on some", () => {
    assert.ok(models.filter(isLayersModel).length >= 15);
  });

  for (const file of models.filter(isLayersModel)) {
    it(file, async () => {
      const model = await readModel(join(corpusModels, file));
      const network = networkOf(model);
      const loaded = await loadLayers(model);
      try {
        compareLayers(network, loaded.layers as Loaded[]);
        compareEnds(network, loaded);
        everyWeightOnce(network, model);
      } finally {
        loaded.dispose();
      }
    });
  }
});

function compareLayers(network: Network, loaded: readonly Loaded[]): void {
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const theirs = [...flatten(loaded)];
  assert.deepEqual([...byName.keys()].sort(), theirs.map(([name]) => name).sort());
  for (const [name, layer, nested] of theirs) {
    const ours = byName.get(name) as Layer;
    // A nested model is built on its own input, which may leave more open than its caller does.
    if (!nested) assert.deepEqual(ours.outputShape, shapeOf(layer), name);
    assert.deepEqual(ours.type, layer.getClassName(), name);
    const expected = expectedMacs(layer);
    if (expected !== undefined) assert.equal(ours.macs, Number.isNaN(expected) ? null : expected, name);
    compareWeights(ours, layer);
  }
}

/** tfjs's names lack the cell that newer files name: `lstm/kernel` for `lstm/lstm_cell/kernel`. */
function compareWeights(ours: Layer, layer: Loaded): void {
  const names = layer.weights.map(({ originalName }) => originalName);
  assert.equal(ours.weights.length, names.length, ours.name);
  for (const { name } of ours.weights) {
    const parts = name.split("/");
    assert.ok(names.includes(name) || names.includes([...parts.slice(0, -2), ...parts.slice(-1)].join("/")), name);
  }
}

function compareEnds(network: Network, loaded: layers.LayersModel): void {
  (loaded as unknown as { build(): void }).build(); // a Sequential names its outputs only then
  assert.deepEqual(
    network.inputs.map(({ name, shape }) => [name, shape]),
    loaded.inputNames.map((name, i) => [name, loaded.inputs[i]?.shape]),
  );
  assert.deepEqual(
    network.outputs.map(({ name, shape }) => [name, shape]),
    loaded.outputNames.map((name, i) => [name, loaded.outputs[i]?.shape]),
  );
}

function everyWeightOnce(network: Network, model: Model): void {
  const claimed = network.layers.flatMap((layer) => layer.weights.map(({ name }) => name));
  const present = [...model.weights.values()].filter(({ group }) => group !== "optimizer").map(({ name }) => name);
  assert.deepEqual(claimed.sort(), present.sort());
}
