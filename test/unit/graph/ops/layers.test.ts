import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type ErrorCode, SecateurError } from "../../../../src/pruning/errors.ts";
import type { Layer, Network } from "../../../../src/pruning/graph/network.ts";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { knownOps } from "../../../../src/pruning/graph/ops/known.ts";
import type { JsonObject, Model } from "../../../../src/pruning/model/model.ts";
import { loadGraph, tf } from "../tfjs.ts";
import { attr, type Constant, floats, graphModel, ints, node, placeholder } from "./graphs.ts";

type Constants = Readonly<Record<string, Constant>>;

const x = placeholder("x", [-1, 4]);
const network = (nodes: JsonObject[], constants: Constants, more = {}): Network =>
  networkOf(graphModel(nodes, constants, more));
const named = (all: Network, name: string): Layer => {
  const found = all.layers.find((layer) => layer.name === name);
  assert.ok(found, `${name} among ${all.layers.map((layer) => layer.name)}`);
  return found;
};
const roles = (layer: Layer) => layer.weights.map(({ name, role }) => `${name} ${role}`);
const filters = (layer: Layer) => layer.weights.flatMap(({ filterAxes }) => (filterAxes ? [filterAxes] : []));
const window = {
  strides: attr.ints(1, 1, 1, 1),
  dilations: attr.ints(1, 1, 1, 1),
  padding: attr.text("SAME"),
  data_format: attr.text("NHWC"),
};
const image = placeholder("x", [-1, 6, 6, 3]);

describe("layers of graph models", () => {
  before(() => tf.setBackend("cpu"));

  it("finds kernels and their filters in every op that has some", () => {
    const cases: [op: string, kernel: number[], attrs: JsonObject, axes: number[], macs: number][] = [
      ["Conv2D", [2, 2, 3, 5], window, [3], 36 * 5 * 2 * 2 * 3],
      ["_FusedConv2D", [2, 2, 3, 5], window, [3], 36 * 5 * 2 * 2 * 3],
      ["DepthwiseConv2dNative", [2, 2, 3, 4], window, [2, 3], 36 * 12 * 2 * 2],
      ["FusedDepthwiseConv2dNative", [2, 2, 3, 4], window, [2, 3], 36 * 12 * 2 * 2],
    ];
    for (const [op, shape, attrs, axes, macs] of cases) {
      const layer = named(network([image, node("y", op, ["x", "k"], attrs)], { k: floats(shape) }), "y");
      assert.deepEqual([layer.type, layer.prunable, filters(layer), layer.macs], [op, true, [axes], macs]);
    }
  });

  it("takes transposition into account: filters are what becomes outputs", () => {
    const rows = { transpose_b: attr.flag(true) };
    assert.deepEqual(filters(named(network([x, node("y", "MatMul", ["x", "k"])], { k: floats([4, 3]) }), "y")), [[1]]);
    assert.deepEqual(filters(named(network([x, node("y", "MatMul", ["x", "k"], rows)], { k: floats([3, 4]) }), "y")), [
      [0],
    ]);
    const left = [placeholder("x", [4, 5]), node("y", "MatMul", ["k", "x"])];
    assert.deepEqual(filters(named(network(left, { k: floats([3, 4]) }), "y")), [[0]]);
    const swapped = [placeholder("x", [4, 5]), node("y", "MatMul", ["k", "x"], { transpose_a: attr.flag(true) })];
    assert.deepEqual(filters(named(network(swapped, { k: floats([4, 3]) }), "y")), [[1]]);
    const batched = [placeholder("x", [2, 6, 4]), node("y", "BatchMatMulV2", ["x", "k"], { adj_y: attr.flag(true) })];
    const layer = named(network(batched, { k: floats([2, 3, 4]) }), "y");
    assert.deepEqual(filters(layer), [[0, 1]]);
    assert.equal(layer.macs, 6 * 3 * 4); // for one of the two examples
  });

  it("einsum: filters are the letters only kernel and output share", () => {
    const nodes = [
      placeholder("x", [-1, 5, 4]),
      node("y", "Einsum", ["x", "k"], { equation: attr.text("btd,dnh->btnh") }),
    ];
    const layer = named(network(nodes, { k: floats([4, 2, 3]) }), "y");
    assert.deepEqual([filters(layer), layer.macs], [[[1, 2]], 5 * 4 * 2 * 3]);
  });

  it("counts a convolution in a batch of the file's own for one example", () => {
    const nodes = [placeholder("x", [8, 6, 6, 3]), node("y", "Conv2D", ["x", "k"], window)];
    const layer = named(network(nodes, { k: floats([1, 1, 3, 2]) }), "y");
    assert.deepEqual([layer.outputShape, layer.macs], [[8, 6, 6, 2], 36 * 3 * 2]);
  });

  it("tells biases, normalisation, state and constants apart", () => {
    const fused = { ...window, fused_ops: attr.texts("BiasAdd", "Prelu"), num_args: attr.int(2) };
    const constants = {
      k: floats([1, 1, 3, 3]),
      ...Object.fromEntries(
        ["b", "alpha", "gamma", "beta", "mean", "variance", "c", "d", "e"].map((name) => [name, floats([3])]),
      ),
    };
    const all = network(
      [
        image,
        node("conv", "_FusedConv2D", ["x", "k", "b", "alpha"], fused),
        node("norm", "FusedBatchNormV3", ["conv", "gamma", "beta", "mean", "variance"]),
        node("plus", "AddV2", ["norm", "c"]),
        node("bias", "BiasAdd", ["plus", "d"]),
        node("times", "Mul", ["bias", "e"]),
      ],
      constants,
    );
    assert.deepEqual(roles(named(all, "conv")), ["k kernel", "b bias", "alpha constant"]);
    assert.deepEqual(roles(named(all, "norm")), [
      "gamma normalization",
      "beta normalization",
      "mean state",
      "variance state",
    ]);
    assert.match(named(all, "norm").reason ?? "", /batch normalisation/);
    assert.deepEqual(roles(named(all, "plus")), ["c constant"]);
    assert.deepEqual(roles(named(all, "bias")), ["d bias"]);
    assert.deepEqual(roles(named(all, "times")), ["e constant"]);
    assert.deepEqual(
      all.layers.filter(({ prunable }) => !prunable).map(({ macs }) => macs),
      [0, 0, 0, 0],
    );
  });

  it("takes what is added to a product for its bias", () => {
    const all = network([x, node("m", "MatMul", ["x", "k"]), node("y", "Add", ["m", "b"])], {
      k: floats([4, 3]),
      b: floats([3]),
    });
    assert.deepEqual(roles(named(all, "y")), ["b bias"]);
  });

  it("finds a weight behind nodes that hand it on", () => {
    const nodes = [
      x,
      node("read", "Identity", ["k"]),
      node("cast", "Cast", ["read"], { DstT: attr.type("DT_FLOAT") }),
      node("y", "MatMul", ["x", "cast"]),
    ];
    const all = network(nodes, { k: floats([4, 3]) });
    assert.deepEqual(
      all.layers.map(({ name }) => name),
      ["y"],
    );
    assert.deepEqual(roles(named(all, "y")), ["k kernel"]);
  });

  it("gives a shared kernel to the first op, with the multiply-adds of all", () => {
    const all = network(
      [x, node("a", "MatMul", ["x", "k"]), node("b", "MatMul", ["a", "k"]), node("y", "BiasAdd", ["b", "bias"])],
      { k: floats([4, 4]), bias: floats([4]) },
    );
    assert.deepEqual(
      all.layers.map(({ name }) => name),
      ["a", "y"],
    );
    assert.equal(named(all, "a").macs, 2 * 4 * 4);
  });

  it("leaves index tables and what no output needs alone", () => {
    const all = network(
      [x, node("y", "Reshape", ["x", "to"]), node("idle", "MatMul", ["x", "k"])],
      { to: ints([-1, 2]), k: floats([4, 3]) },
      { fields: { signature: { outputs: { y: { name: "y:0" } } } } },
    );
    assert.deepEqual(all.layers, []);
    assert.deepEqual(all.outputs, [{ name: "y", shape: [null, 2] }]);
  });

  it("reads inputs from the signature, old or new, else from placeholders", () => {
    const nodes = [x, placeholder("other", [-1, 2], "DT_INT32"), node("y", "Identity", ["x"])];
    const inputs = (fields: JsonObject) =>
      network(nodes, {}, { fields }).inputs.map(({ name, dtype }) => `${name} ${dtype}`);
    const signature = { inputs: { key: { name: "other:0" } }, outputs: { out: { name: "y:0" } } };
    assert.deepEqual(inputs({ signature }), ["other int32"]);
    assert.deepEqual(inputs({ userDefinedMetadata: { signature } }), ["other int32"]);
    assert.deepEqual(inputs({}), ["x float32", "other int32"]);
  });

  it("reads attributes as any version wrote them: numbers, names, character codes", () => {
    const codes = { s: [..."SAME"].map((letter) => letter.charCodeAt(0)) };
    const old = { ...window, padding: codes, strides: { list: { i: [1, 2, 2, 1] } } };
    const input = node("x", "Placeholder", [], {
      dtype: { type: 1 },
      shape: { shape: { dim: [{ size: -1 }, { size: 5 }, { size: 5 }, { size: 1 }] } },
    });
    const all = network([input, node("y", "Conv2D", ["x", "k"], old)], { k: floats([3, 3, 1, 2]) });
    assert.deepEqual(named(all, "y").outputShape, [null, 3, 3, 2]);
    assert.equal(all.inputs[0]?.dtype, "float32");
  });

  it("counts no multiply-adds of what runs in a loop, and says so", async () => {
    const frame = { frame_name: attr.text("loop"), is_constant: attr.flag(false) };
    const nodes = [
      placeholder("x", [1, 4]),
      node("start", "Enter", ["x"], frame),
      node("kIn", "Enter", ["k"], frame),
      node("merge", "Merge", ["start", "next"]),
      node("sum", "Sum", ["merge", "axes"], { keep_dims: attr.flag(false) }),
      node("few", "Less", ["sum", "limit"]),
      node("limitIn", "Enter", ["limit"], frame),
      node("cond", "LoopCond", ["few"]),
      node("switch", "Switch", ["merge", "cond"]),
      node("product", "MatMul", ["switch:1", "kIn"]),
      node("next", "NextIteration", ["product"]),
      node("y", "Exit", ["switch"]),
    ];
    const model = graphModel(nodes, { k: floats([4, 4], 0.5), axes: ints([0, 1]), limit: floats([], 100) });
    const layer = named(networkOf(model), "product");
    assert.deepEqual([roles(layer), layer.prunable, layer.macs], [["k kernel"], true, null]);
    assert.match(layer.reason ?? "", /loop/);
  });

  it("gives weights inside a function to its nodes", () => {
    const body = {
      signature: {
        name: "body",
        inputArg: [{ name: "arg", type: "DT_FLOAT" }],
        outputArg: [{ name: "out", type: "DT_FLOAT" }],
      },
      nodeDef: [node("body/k", "Const", []), node("product", "MatMul", ["arg", "body/k:output:0"])],
      ret: { out: "product:product:0" },
    };
    const cond = {
      signature: { name: "cond", inputArg: [{ name: "arg", type: "DT_FLOAT" }], outputArg: [] },
      nodeDef: [],
      ret: {},
    };
    const loop = node("y", "StatelessWhile", ["x"], { body: attr.func("body"), cond: attr.func("cond") });
    const all = network([x, loop], {}, { library: { function: [body, cond] }, weights: { "body/k": floats([4, 4]) } });
    const layer = named(all, "body/product");
    assert.deepEqual(
      [roles(layer), layer.prunable, layer.macs, layer.outputShape],
      [["body/k kernel"], true, null, null],
    );
  });
});

describe("graph models that TensorFlow.js cannot run", () => {
  before(() => tf.setBackend("cpu"));

  const refuses = (model: Model, code: ErrorCode, sentence: RegExp) =>
    assert.throws(
      () => networkOf(model),
      (error) => SecateurError.is(error, code) && sentence.test(error.message) && !/\.\s+[A-Z]/.test(error.message),
    );

  it("knows the ops the converter maps, and no other", () => {
    const package_ = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-converter/package.json"));
    const operations = join(package_, "dist", "operations");
    const mapper = readFileSync(join(operations, "operation_mapper.js"), "utf8");
    const gathered = readdirSync(join(operations, "op_list")).filter((file) =>
      mapper.includes(`'./op_list/${file.replace(/\.js$/, "")}'`),
    );
    const mapped = gathered.flatMap((file) =>
      [...readFileSync(join(operations, "op_list", file), "utf8").matchAll(/^\s+'tfOpName': '(\w+)'/gm)].map(
        ([, op]) => op,
      ),
    );
    assert.deepEqual([...knownOps].sort(), [...new Set(mapped)].sort());
  });

  it("an unknown op that an output needs", async () => {
    const model = graphModel([x, node("odd", "LowerTriangular", ["x"]), node("y", "Relu", ["odd"])], {});
    refuses(model, "unsupported-model", /^Node "odd" computes "LowerTriangular"/);
    const loaded = await loadGraph(model);
    assert.throws(() => loaded.execute({ x: tf.ones([1, 4]) }, "y"));
  });

  it("but not one that no output needs", () => {
    const signature = { outputs: { y: { name: "y:0" } } };
    network([x, node("odd", "LowerTriangular", ["x"]), node("y", "Relu", ["x"])], {}, { fields: { signature } });
  });

  it("an input that is not there", async () => {
    const model = graphModel([x, node("y", "Relu", ["gone"])], {});
    refuses(model, "bad-model", /Node "y" \(Relu\) takes its input from "gone"/);
    await assert.rejects(loadGraph(model));
  });

  it("a constant without values", () => {
    refuses(graphModel([x, node("k", "Const", []), node("y", "MatMul", ["x", "k"])], {}), "bad-model", /constant "k"/);
  });

  it("a signature that names nothing", () => {
    const fields = { signature: { outputs: { y: { name: "gone:0" } } } };
    refuses(graphModel([x, node("y", "Relu", ["x"])], {}, { fields }), "bad-model", /names outputs/);
  });

  it("a graph without versions, over which TensorFlow.js stumbles", async () => {
    const model = graphModel([x, node("y", "Relu", ["x"])], {});
    const { versions: _, ...topology } = model.json.modelTopology as JsonObject;
    const without = { ...model, json: { ...model.json, modelTopology: topology } };
    refuses(without, "bad-model", /"versions" is missing/);
    await assert.rejects(loadGraph(without));
  });
});
