import assert from "node:assert/strict";
import fc from "fast-check";
import { networkOf } from "../../../../src/pruning/graph/networkOf.ts";
import { tf } from "../tfjs.ts";
import { attr, floats, graphModel, ints, node, placeholder } from "./graphs.ts";
import { check, compare, y } from "./oneOp.ts";

describe("shapes through ops that move elements, as TensorFlow.js computes them", () => {
  before(() => tf.setBackend("cpu"));

  it("reshape to a constant, with an open length, and to a computed shape", async () => {
    await compare([y("Reshape", ["x", "to"])], { to: ints([-1, 20]) }, -1, 4, 5);
    await compare([y("Reshape", ["x", "to"])], { to: ints([-1, 2]) }, -1, 4, 5);
    await compare([y("Reshape", ["x", "to"])], { to: ints([4, -1]) }, -1, 4, 5);
    await compare(
      [
        node("s", "Shape", ["x"]),
        node("n", "StridedSlice", ["s", "from", "to", "by"], { shrink_axis_mask: attr.int(1) }),
        node("rest", "StridedSlice", ["s", "to", "end", "by"]),
        node("size", "Prod", ["rest", "axis"], { keep_dims: attr.flag(false) }),
        node("shape", "Pack", ["n", "size"], { axis: attr.int(0), N: attr.int(2) }),
        y("Reshape", ["x", "shape"]),
      ],
      { from: ints([0]), to: ints([1]), end: ints([3]), by: ints([1]), axis: ints([0]) },
      ...[-1, 4, 5],
    );
  });

  it("a shape computed by arithmetic on whole numbers, through casts", async () => {
    await compare(
      [
        node("s", "Shape", ["x"]),
        node("hw", "Slice", ["s", "one", "two"]),
        node("f", "Cast", ["hw"], { SrcT: attr.type("DT_INT32"), DstT: attr.type("DT_FLOAT") }),
        node("scaled", "Mul", ["f", "factor"]),
        node("size", "Cast", ["scaled"], { SrcT: attr.type("DT_FLOAT"), DstT: attr.type("DT_INT32") }),
        y("ResizeBilinear", ["x", "size"]),
      ],
      { one: ints([1]), two: ints([2]), factor: floats([], 2.5) },
      ...[-1, 5, 7, 2],
    );
    await compare(
      [
        node("s", "Shape", ["x"]),
        node("picked", "GatherV2", ["s", "index", "axis"]),
        node("less", "Sub", ["picked", "one"]),
        node("half", "FloorDiv", ["less", "two"]),
        node("most", "Maximum", ["half", "one"]),
        node("lead", "GatherV2", ["s", "first", "axis"]),
        node("shape", "ConcatV2", ["lead", "most", "axis"], { N: attr.int(2) }),
        y("Fill", ["shape", "value"]),
      ],
      { index: ints([1, 2]), first: ints([0]), axis: ints(0), one: ints([1]), two: ints(2), value: floats([]) },
      ...[-1, 6, 9],
    );
  });

  it("transpose, expand, squeeze", async () => {
    await compare([y("Transpose", ["x", "perm"])], { perm: ints([2, 0, 1]) }, -1, 4, 5);
    for (const axis of [0, 1, -1, -2]) await compare([y("ExpandDims", ["x", "axis"])], { axis: ints(axis) }, -1, 4);
    await compare([y("Squeeze", ["x"], { squeeze_dims: attr.ints(1, -1) })], {}, -1, 1, 4, 1);
    await compare([y("Squeeze", ["x"])], {}, 2, 1, 4, 1);
  });

  it("padding, blocks and depth", async () => {
    const pads = ints([0, 0, 1, 2, 3, 0, 0, 1], [4, 2]);
    await compare([y("Pad", ["x", "pads"])], { pads }, -1, 4, 5, 2);
    await compare([y("PadV2", ["x", "pads", "v"])], { pads, v: floats([]) }, -1, 4, 5, 2);
    const mirrored = ints([0, 0, 1, 2, 2, 0, 0, 0], [4, 2]);
    await compare([y("MirrorPad", ["x", "pads"], { mode: attr.text("REFLECT") })], { pads: mirrored }, -1, 4, 5, 2);
    const ends = ints([1, 1, 0, 1], [2, 2]);
    await compare([y("SpaceToBatchND", ["x", "block", "ends"])], { block: ints([2, 3]), ends }, -1, 4, 5, 2);
    await compare([y("BatchToSpaceND", ["x", "block", "ends"])], { block: ints([2, 1]), ends }, 4, 4, 5, 2);
    await compare(
      [y("DepthToSpace", ["x"], { block_size: attr.int(2), data_format: attr.text("NHWC") })],
      {},
      -1,
      3,
      5,
      8,
    );
  });

  // tfjs's own arithmetic, as its kernel cannot take empty slices or mix strides with indices.
  it("slices by any strides and masks", () => {
    const entry = fc.record({
      begin: fc.integer({ min: -6, max: 6 }),
      end: fc.integer({ min: -6, max: 6 }),
      stride: fc.constantFrom(1, 2, 3, -1, -2),
      kind: fc.constantFrom("range", "range", "begin", "end", "index", "new", "ellipsis"),
    });
    return check(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), async (given) => {
        const once = given.filter(
          ({ kind }, i) => kind !== "ellipsis" || given.findIndex((e) => e.kind === kind) === i,
        );
        const spec = once.slice(0, 3); // three axes to take from
        const bits = (kind: string) => spec.reduce((mask, e, i) => mask | (e.kind === kind ? 1 << i : 0), 0);
        const begin = spec.map((e) => (e.kind === "index" ? e.begin % 3 : e.begin));
        const end = spec.map((e) => e.end);
        const strides = spec.map((e) => (e.kind === "index" ? 1 : e.stride));
        const masks = ["begin", "end", "ellipsis", "new", "index"].map(bits) as [
          number,
          number,
          number,
          number,
          number,
        ];
        const { finalShape } = tf.slice_util.sliceInfo([3, 4, 5], begin, end, strides, ...masks);
        const names = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"];
        const attrs = Object.fromEntries(names.map((name, i) => [name, attr.int(masks[i] ?? 0)]));
        const model = graphModel([placeholder("x", [3, 4, 5]), y("StridedSlice", ["x", "b", "e", "s"], attrs)], {
          b: ints(begin),
          e: ints(end),
          s: ints(strides),
        });
        assert.deepEqual(networkOf(model).outputs.find(({ name }) => name === "y")?.shape, finalShape);
      }),
    );
  });

  it("slices, gathers, splits, joins, repeats", async () => {
    await compare([y("Slice", ["x", "b", "n"])], { b: ints([0, 1, 2]), n: ints([-1, 2, -1]) }, -1, 4, 5);
    await compare([y("GatherV2", ["x", "i", "axis"])], { i: ints([0, 2, 1, 0], [2, 2]), axis: ints(1) }, -1, 4, 5);
    await compare([y("GatherNd", ["x", "i"])], { i: ints([0, 0, 0, 1], [2, 2]) }, -1, 4, 5);
    await compare([y("Tile", ["x", "reps"])], { reps: ints([1, 2, 3]) }, -1, 4, 5);
    await compare(
      [y("ConcatV2", ["x", "x", "k", "axis"], { N: attr.int(3) })],
      { k: floats([1, 2, 5]), axis: ints(1) },
      1,
      4,
      5,
    );
    await compare([y("ConcatV2", ["x", "x", "axis"], { N: attr.int(2) })], { axis: ints(-1) }, -1, 4, 5);
    await compare([y("Pack", ["x", "x"], { N: attr.int(2), axis: attr.int(1) })], {}, -1, 4);
    await compare(
      [node("u", "Unpack", ["x"], { num: attr.int(4), axis: attr.int(1) }), y("Identity", ["u:2"])],
      {},
      -1,
      4,
      5,
    );
    await compare(
      [node("p", "Split", ["axis", "x"], { num_split: attr.int(2) }), y("Identity", ["p:1"])],
      { axis: ints(1) },
      -1,
      4,
      5,
    );
    await compare(
      [node("p", "SplitV", ["x", "n", "axis"]), y("Identity", ["p:1"])],
      { n: ints([1, -1]), axis: ints(2) },
      -1,
      4,
      5,
    );
    await compare([y("ReverseV2", ["x", "axis"])], { axis: ints([1]) }, -1, 4);
    await compare([y("BroadcastTo", ["x", "to"])], { to: ints([2, 3, 4]) }, 3, 4);
  });
});
