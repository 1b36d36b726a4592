import assert from "node:assert/strict";
import type { Layer, Network } from "../../../src/pruning/graph/network.ts";
import { chooseLayers, type LayerChoice } from "../../../src/pruning/methods/layers.ts";

const layer = (name: string, prunable = true): Layer => ({
  name,
  type: "Conv2D",
  outputShape: null,
  macs: null,
  weights: [],
  prunable,
});

const network = (layers: readonly Layer[]): Network => ({ inputs: [], outputs: [], layers });
const nested = network([
  layer("conv1"),
  layer("bn1", false),
  layer("conv2"),
  layer("encoder/conv1"),
  layer("encoder/block_2/.hidden"),
  layer("StatefulPartitionedCall/dense/MatMul"),
  layer("odd[1] (copy)"),
]);

const chosen = (choice: LayerChoice, of = nested): string[] => chooseLayers(of, choice).map(({ name }) => name);

describe("choosing layers", () => {
  it("takes all prunable ones, in network order, when nothing is said", () => {
    const all = nested.layers.filter(({ prunable }) => prunable).map(({ name }) => name);
    for (const choice of [{}, { layers: "" }, { layers: "  ", skip: "" }, { layers: undefined }]) {
      assert.deepEqual(chosen(choice), all);
    }
  });

  it("takes names and patterns, separated by commas, whatever their order", () => {
    assert.deepEqual(chosen({ layers: "conv2, conv1" }), ["conv1", "conv2"]);
    assert.deepEqual(chosen({ layers: "conv?" }), ["conv1", "conv2"]);
    assert.deepEqual(chosen({ layers: "conv[2-9]," }), ["conv2"]);
  });

  it("lets a star cross the slashes of nested names, and match names that begin with a dot", () => {
    assert.deepEqual(chosen({ layers: "*dense*" }), ["StatefulPartitionedCall/dense/MatMul"]);
    assert.deepEqual(chosen({ layers: "encoder/*" }), ["encoder/conv1", "encoder/block_2/.hidden"]);
    assert.deepEqual(chosen({ layers: "*conv1" }), ["conv1", "encoder/conv1"]);
  });

  it("takes a name that looks like a pattern for a name", () => {
    assert.deepEqual(chosen({ layers: "odd[1] (copy)" }), ["odd[1] (copy)"]);
  });

  it("skips names and patterns, also of those chosen", () => {
    assert.deepEqual(chosen({ skip: "encoder/*, odd*, *MatMul" }), ["conv1", "conv2"]);
    assert.deepEqual(chosen({ layers: "*conv*", skip: "conv2" }), ["conv1", "encoder/conv1"]);
    assert.deepEqual(chosen({ layers: "conv1,bn1" }), ["conv1"], "what cannot be pruned is left out");
  });

  it("refuses a pattern that fits no layer, naming the layers there are", () => {
    const names =
      "conv1, conv2, encoder/conv1, encoder/block_2/.hidden, StatefulPartitionedCall/dense/MatMul, odd[1] (copy)";
    for (const field of ["layers", "skip"] as const) {
      assert.throws(() => chosen({ [field]: "conv1, dens" }), {
        code: "bad-recipe",
        message: `No layer fits "dens" in ${field}; the layers are ${names}.`,
      });
    }
    const many = network(Array.from({ length: 30 }, (_, i) => layer(`c${i}`)));
    assert.throws(() => chosen({ layers: "x" }, many), {
      message: 'No layer fits "x" in layers; the layers are c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 … (30).',
    });
  });

  it("refuses a choice that leaves nothing to prune", () => {
    for (const [choice, words] of [
      [{ layers: "bn1" }, 'layers "bn1"'],
      [{ skip: "*" }, 'skip "*"'],
      [{ layers: "conv1", skip: "conv*" }, 'layers "conv1" and skip "conv*"'],
      [{ layers: "," }, 'layers ","'],
    ] as const) {
      assert.throws(() => chosen(choice), {
        code: "bad-recipe",
        message: `No prunable layer is left to prune with ${words}; choose others.`,
      });
    }
  });

  it("says of a model without kernels that it has none, whatever is chosen", () => {
    for (const choice of [{}, { layers: "bn" }, { layers: "x" }, { skip: "x" }]) {
      assert.throws(() => chosen(choice, network([layer("bn", false)])), {
        code: "bad-recipe",
        message: /^The model has no layer with weights that can be pruned: /,
      });
    }
  });
});
