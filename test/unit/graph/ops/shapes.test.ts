import assert from "node:assert/strict";
import fc from "fast-check";
import { knownOps } from "../../../../src/pruning/graph/ops/known.ts";
import { opRules } from "../../../../src/pruning/graph/ops/rules.ts";
import { tf } from "../tfjs.ts";
import { attr, floats, ints, node } from "./graphs.ts";
import { check, compare, shapesOf, small, y } from "./oneOp.ts";

describe("shapes through ops, as TensorFlow.js computes them", () => {
  before(() => tf.setBackend("cpu"));

  it("has rules for ops of the converter only", () => {
    assert.deepEqual(
      Object.keys(opRules).filter((op) => !knownOps.has(op)),
      [],
    );
  });

  const paddings = fc.constantFrom("SAME", "VALID", "EXPLICIT");
  const pads = attr.ints(0, 0, 1, 2, 2, 0, 0, 0);

  it("convolutions: any window, padding and dilation", () =>
    check(
      fc.asyncProperty(
        small,
        small,
        small,
        paddings,
        fc.boolean(),
        fc.constantFrom("NHWC", "NCHW"),
        async (h, w, s, pad, dilated, format) => {
          const nchw = format === "NCHW";
          const rates = (n: number) => (nchw ? attr.ints(1, 1, n, n) : attr.ints(1, n, n, 1)); // tfjs reads [1] and [2]
          const attrs = {
            strides: rates(dilated ? 1 : s),
            dilations: rates(dilated ? s : 1),
            padding: attr.text(nchw && pad === "EXPLICIT" ? "SAME" : pad),
            data_format: attr.text(format),
            explicit_paddings: pads,
          };
          const input = nchw ? [-1, 2, 8, 9] : [-1, 8, 9, 2];
          await compare([y("Conv2D", ["x", "k"], attrs)], { k: floats([h, w, 2, 5]) }, ...input);
          const fused = { ...attrs, fused_ops: attr.texts("BiasAdd", "Relu6"), num_args: attr.int(1) };
          if (!nchw) {
            await compare(
              [y("_FusedConv2D", ["x", "k", "b"], fused)],
              { k: floats([h, w, 2, 5]), b: floats([5]) },
              ...input,
            );
            await compare([y("DepthwiseConv2dNative", ["x", "k"], attrs)], { k: floats([h, w, 2, 3]) }, ...input);
            await compare(
              [y("FusedDepthwiseConv2dNative", ["x", "k", "b"], fused)],
              { k: floats([h, w, 2, 3]), b: floats([6]) },
              ...input,
            );
          }
        },
      ),
    ));

  it("convolutions in one and three axes, transposed, dilation", async () => {
    const pad = { padding: attr.text("SAME") };
    const three = {
      ...pad,
      strides: attr.ints(1, 2, 1, 2, 1),
      dilations: attr.ints(1, 1, 1, 1, 1),
      data_format: attr.text("NDHWC"),
    };
    await compare([y("Conv3D", ["x", "k"], three)], { k: floats([2, 2, 3, 1, 4]) }, -1, 5, 6, 7, 1);
    const one = { ...pad, stride: attr.int(2), dilation: attr.int(1), data_format: attr.text("NWC") };
    await compare([y("Conv1D", ["x", "k"], one)], { k: floats([3, 2, 4]) }, -1, 9, 2);
    const strides = { ...pad, strides: attr.ints(1, 2, 2, 1), dilations: attr.ints(1, 1, 1, 1) };
    await compare(
      [
        node("s", "Shape", ["x"]),
        node("b", "StridedSlice", ["s", "zero", "end", "step"], { shrink_axis_mask: attr.int(1) }),
        node("out", "Pack", ["b", "h", "w", "c"], { N: attr.int(4), axis: attr.int(0) }),
        y("Conv2DBackpropInput", ["out", "k", "x"], strides),
      ],
      {
        k: floats([2, 2, 3, 4]),
        zero: ints([0]),
        end: ints([1]),
        step: ints([1]),
        h: ints(10),
        w: ints(12),
        c: ints(3),
      },
      ...[-1, 5, 6, 4],
    );
    const rates = { ...pad, strides: attr.ints(1, 1, 1, 1), rates: attr.ints(1, 2, 2, 1) };
    await compare([y("Dilation2D", ["x", "k"], rates)], { k: floats([2, 2, 3]) }, -1, 6, 6, 3);
  });

  it("pooling", () =>
    check(
      fc.asyncProperty(small, small, small, fc.constantFrom("SAME", "VALID"), async (h, w, s, pad) => {
        const attrs = { ksize: attr.ints(1, h, w, 1), strides: attr.ints(1, s, s, 1), padding: attr.text(pad) };
        for (const op of ["MaxPool", "AvgPool"]) await compare([y(op, ["x"], attrs)], {}, -1, 6, 7, 2);
        const deep = { ksize: attr.ints(1, h, w, 2, 1), strides: attr.ints(1, s, 1, s, 1), padding: attr.text(pad) };
        for (const op of ["MaxPool3D", "AvgPool3D"]) await compare([y(op, ["x"], deep)], {}, -1, 6, 7, 8, 2);
      }),
    ));

  it("products of matrices, swapped or not, in batches", () =>
    check(
      fc.asyncProperty(fc.boolean(), fc.boolean(), async (a, b) => {
        const swapped = { transpose_a: attr.flag(a), transpose_b: attr.flag(b) };
        const input = a ? [4, 5] : [-1, 4];
        await compare([y("MatMul", ["x", "k"], swapped)], { k: floats(b ? [3, 4] : [4, 3]) }, ...input);
        const adjoint = { adj_x: attr.flag(a), adj_y: attr.flag(b) };
        for (const op of ["BatchMatMul", "BatchMatMulV2"]) {
          await compare(
            [y(op, ["x", "k"], adjoint)],
            { k: floats(b ? [2, 3, 4] : [2, 4, 3]) },
            -1,
            2,
            ...(a ? [4, 6] : [6, 4]),
          );
        }
      }),
    ));

  it("einsum", () =>
    compare(
      [y("Einsum", ["x", "k"], { equation: attr.text("btd,dnh->btnh"), N: attr.int(2) })],
      { k: floats([4, 2, 3]) },
      -1,
      5,
      4,
    ));

  it("elementwise ops broadcast", async () => {
    for (const op of ["Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "SquaredDifference", "Greater"]) {
      for (const shape of [[], [4], [3, 1], [1, 3, 4], [2, 1, 1, 1]]) {
        await compare([y(op, ["x", "k"])], { k: floats(shape) }, -1, 3, 4);
      }
    }
    for (const op of ["Relu", "Softmax", "Exp", "Identity", "ZerosLike", "LogicalNot"].slice(0, 5)) {
      await compare([y(op, ["x"])], {}, -1, 3, 4);
    }
    await compare([y("AddN", ["x", "x", "x"])], {}, -1, 3);
    await compare(
      [y("SelectV2", ["c", "x", "k"])],
      { c: { shape: [], values: [1], dtype: "bool" }, k: floats([4]) },
      -1,
      4,
    );
  });

  it("reductions over any axes", () =>
    check(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: -3, max: 2 }), { maxLength: 3, selector: (a) => (a + 3) % 3 }),
        fc.boolean(),
        async (axes, keep) => {
          const attrs = { keep_dims: attr.flag(keep) };
          for (const op of ["Mean", "Sum", "Max", "Min", "Prod"]) {
            await compare([y(op, ["x", "axes"], attrs)], { axes: ints(axes) }, -1, 4, 5);
          }
        },
      ),
    ));

  it("arg-max, top-k, counting", async () => {
    await compare([y("ArgMax", ["x", "axis"])], { axis: ints(1) }, -1, 4, 5);
    await compare([y("ArgMin", ["x", "axis"])], { axis: ints(-1) }, -1, 4, 5);
    await compare([y("TopKV2", ["x", "k"], { sorted: attr.flag(true) })], { k: ints(3) }, -1, 5);
  });

  it("images", async () => {
    await compare([y("ResizeNearestNeighbor", ["x", "size"])], { size: ints([7, 9]) }, -1, 4, 5, 2);
    const boxes = { boxes: floats([6, 4]), which: ints([0, 0, 0, 0, 0, 0]), size: ints([3, 2]) };
    const method = { method: attr.text("bilinear"), extrapolation_value: { f: 0 } };
    await compare([y("CropAndResize", ["x", "boxes", "which", "size"], method)], boxes, -1, 4, 5, 2);
  });

  it("made tensors", async () => {
    const range = { from: ints(2), to: ints(9), by: ints(3) };
    await compare(
      [node("r", "Range", ["from", "to", "by"]), y("Cast", ["r"], { DstT: attr.type("DT_FLOAT") })],
      range,
      1,
    );
    await compare([y("RandomUniform", ["to"], { dtype: attr.type("DT_FLOAT") })], { to: ints([2, 3]) }, 1);
    const hot = { i: ints([0, 2, 1]), depth: ints(4), on: floats([], 1), off: floats([], 0) };
    await compare([y("OneHot", ["i", "depth", "on", "off"], { axis: attr.int(-1) })], hot, 1);
  });

  it("leaves open what the data decides", async () => {
    const { inferred } = await shapesOf(
      [y("Where", ["b"])],
      { b: { shape: [2, 2], values: [1, 0, 1, 1], dtype: "bool" } },
      [1],
      1,
    );
    assert.deepEqual(inferred, [null, 2]);
  });
});
