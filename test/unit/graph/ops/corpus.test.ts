import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Layer } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { type Graph, parseGraph } from "../../../../src/pruning/graph/ops/graphDef.ts";
import { graphInputs } from "../../../../src/pruning/graph/ops/signature.ts";
import type { Model } from "../../../../src/pruning/model/model.ts";
import { isModelJson, readModel } from "../../../../src/pruning/model/read.ts";
import { corpusModels, hasCorpus } from "../../../support/corpus.ts";
import { loadGraph, openWasm, tf } from "../tfjs.ts";

const models = hasCorpus
  ? readdirSync(corpusModels)
      .filter((folder) => !folder.endsWith("INCOMPLETE"))
      .flatMap((folder) =>
        readdirSync(join(corpusModels, folder))
          .filter((file) => file.endsWith(".json"))
          .map((file) => join(folder, file)),
      )
  : [];

const isGraphModel = (file: string) => {
  const text = readFileSync(join(corpusModels, file), "utf8");
  return isModelJson(text) && Array.isArray(JSON.parse(text).modelTopology.node);
};

/** Nodes whose value cannot be asked for: they hold lists or belong to a frame of a loop. */
const inFrames = /^(Enter|Exit|Merge|Switch|NextIteration|LoopCond|TensorList.*|StatelessWhile|NoOp)$/;

/** Feeds for a batch of `batch` where it is open, 320 pixels where height and width are. */
function feedsOf(model: Model, graph: Graph, batch: number): Record<string, tf.Tensor> {
  return Object.fromEntries(
    graphInputs(model, graph.nodes).map(({ node, shape, dtype }) => {
      const lengths = (shape ?? []).map((length, axis) => length ?? (axis === 0 ? batch : 320));
      if (dtype === "string") return [node.name, tf.tensor(Array(batch).fill("import numpy as np"), [batch], "string")];
      return [node.name, dtype === "int32" ? tf.zeros(lengths, "int32") : tf.randomUniform(lengths)];
    }),
  );
}

/** Shapes of the layers' outputs as TensorFlow.js computes them; undefined for what it cannot be asked for. */
async function run(model: Model, layers: readonly Layer[], batch: number): Promise<Map<string, number[]>> {
  const graph = parseGraph(model.json.modelTopology);
  const loaded = await loadGraph(model);
  const names = layers.map(({ name }) => name).filter((name) => !inFrames.test(graph.nodes.get(name)?.op ?? "NoOp"));
  const feeds = feedsOf(model, graph, batch);
  const dynamic = [...graph.nodes.values()].some(({ op }) => /^(NonMax|Where|TensorList|Stateless)/.test(op));
  try {
    const results = dynamic ? await loaded.executeAsync(feeds, names) : loaded.execute(feeds, names);
    const tensors = [results].flat() as tf.Tensor[];
    const shapes = new Map(names.map((name, i) => [name, tensors[i]?.shape ?? []]));
    tf.dispose(tensors);
    return shapes;
  } finally {
    tf.dispose(feeds);
    loaded.dispose();
  }
}

const size = (lengths: readonly number[]) => lengths.reduce((product, length) => product * length, 1);

/** Multiply-adds from the shapes of tensors, written out once more. */
function expectedMacs(layer: Layer, output: readonly number[], model: Model, input: readonly number[]): number {
  const kernel = model.weights.get(layer.weights.find(({ role }) => role === "kernel")?.name ?? "")?.shape ?? [];
  switch (layer.type) {
    case "Conv2D":
    case "_FusedConv2D":
      return size(output) * size(kernel.slice(0, 3));
    case "DepthwiseConv2dNative":
    case "FusedDepthwiseConv2dNative":
      return size(output) * size(kernel.slice(0, 2));
    case "Conv2DBackpropInput":
      return size(input) * size(kernel.slice(0, 3));
    case "MatMul":
    case "_FusedMatMul":
      return size(output) * (kernel[0] ?? 0);
    default:
      return kernel.length > 0 ? Number.NaN : 0;
  }
}

(hasCorpus ? describe : describe.skip)("networks of the graph models people publish", function () {
  this.timeout(120_000);
  before(openWasm);

  it("is tried on some", () => {
    assert.ok(models.filter(isGraphModel).length >= 15);
  });

  for (const file of models.filter(isGraphModel)) {
    it(file, async () => {
      const onlyCpu = file.startsWith("vscode-guesslang"); // strings, and an op that wasm lacks
      if (onlyCpu) {
        await tf.setBackend("cpu");
        tf.env().set("KEEP_INTERMEDIATE_TENSORS", true); // tfjs disposes a weight it still needs otherwise
      }
      try {
        // tfjs frees the list it still stacks when guesslang gets two documents.
        await compareWithRuns(await readModel(join(corpusModels, file)), onlyCpu ? 1 : 2);
      } finally {
        if (onlyCpu) {
          tf.env().set("KEEP_INTERMEDIATE_TENSORS", false);
          await tf.setBackend("wasm");
        }
      }
    });
  }
});

/** Compares with a run for one example and one for `batch` of them. */
async function compareWithRuns(model: Model, batch: number): Promise<void> {
  const network = networkOf(model);
  const graph = parseGraph(model.json.modelTopology);
  const consumed = network.layers.map(
    ({ name }) => ({ name: graph.nodes.get(name)?.inputs.at(-1)?.node ?? "" }) as Layer,
  );
  const transposed = network.layers.flatMap(({ type }, i) =>
    type === "Conv2DBackpropInput" ? (consumed[i] ?? []) : [],
  );
  const looping = network.layers.filter(({ reason }) => /loop/.test(reason ?? "")).map(({ name }) => name);
  const asked = [...network.layers, ...transposed].filter(
    ({ name }) => !looping.includes(name) && !name.includes("/while/"),
  );
  const one = await run(model, asked, 1);
  const several = await run(model, asked, batch);
  assert.ok(one.size > 2);
  for (const layer of network.layers) {
    const [first, second] = [one.get(layer.name), several.get(layer.name)];
    if (!first || !second) continue;
    assert.equal(layer.outputShape?.length, first.length, layer.name);
    for (const [axis, length] of (layer.outputShape ?? []).entries()) {
      if (length !== null)
        assert.deepEqual([length, length], [first[axis], second[axis]], `${layer.name}, axis ${axis}`);
    }
    if (layer.macs === null) continue;
    const input = one.get(graph.nodes.get(layer.name)?.inputs.at(-1)?.node ?? "") ?? [];
    assert.equal(layer.macs, expectedMacs(layer, first, model, input), layer.name);
  }
  everyFloatOnce(network.layers, model, graph);
  kernelsAreKnown(network.layers);
}

/** Each float weight of a node in the graph belongs to one layer. */
function everyFloatOnce(layers: readonly Layer[], model: Model, graph: Graph): void {
  const claimed = layers.flatMap(({ weights }) => weights.map(({ name }) => name));
  const floats = [...model.weights.values()].filter(({ dtype, name }) => dtype === "float32" && graph.nodes.has(name));
  assert.deepEqual(claimed.sort(), floats.map(({ name }) => name).sort());
}

/** What is prunable is a kernel with filters; what the corpus leaves open is only what its data decides. */
function kernelsAreKnown(layers: readonly Layer[]): void {
  for (const { weights, prunable, reason, name } of layers) {
    const kernels = weights.filter(({ role }) => role === "kernel");
    assert.equal(prunable, kernels.length > 0, name);
    assert.ok(
      kernels.every(({ filterAxes }) => filterAxes && filterAxes.length > 0),
      name,
    );
    assert.ok(prunable || reason, name);
  }
}
