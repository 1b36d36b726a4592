import { axisFromFront, type Length, mapLength, product, sum } from "../lengths.ts";
import type { Shape } from "../network.ts";
import type { GraphNode } from "./graphDef.ts";
import { stridedSlice } from "./stridedSlice.ts";
import {
  forOps,
  known,
  numberIn,
  numbersIn,
  type OpRule,
  type OpRules,
  shaped,
  type Tensor,
  unknown,
} from "./tensor.ts";

// Source: tfjs-converter/src/operations/executors/slice_join_executor.ts, 4.22.0.

function concat(node: GraphNode, inputs: readonly Tensor[]): readonly Tensor[] {
  const axisFirst = node.op === "Concat";
  const parts = axisFirst ? inputs.slice(1) : inputs.slice(0, -1);
  const given = numberIn(axisFirst ? inputs[0] : inputs.at(-1));
  const ranked = parts.find((part) => part.shape !== null)?.shape;
  if (!ranked || given === null) return [unknown];
  const axis = axisFromFront(given, ranked.length);
  const shape = ranked.map((_, i) => {
    const lengths = parts.map((part) => part.shape?.[i] ?? null);
    return i === axis ? sum(lengths) : (lengths.find((length) => length !== null) ?? null);
  });
  if (ranked.length !== 1 || parts.some((part) => !part.values)) return [{ shape }];
  const values = parts.flatMap((part) => part.values ?? []);
  return [known([values.length], values)];
}

/** Puts tensors of one shape side by side along a new axis. */
const pack: OpRule = (node, inputs) => {
  const first = inputs.find((input) => input.shape !== null)?.shape;
  if (!first) return [unknown];
  const axis = axisFromFront(node.attrs.integer("axis", 0), first.length + 1);
  const shape = first.toSpliced(axis, 0, inputs.length);
  return [first.length === 0 ? known([inputs.length], inputs.map(numberIn)) : { shape }];
};

const unpack: OpRule = (node, [input = unknown]) => {
  if (!input.shape) return [unknown];
  const axis = axisFromFront(node.attrs.integer("axis", 0), input.shape.length);
  const parts = node.attrs.integer("num", input.shape[axis] ?? 1);
  const shape = input.shape.toSpliced(axis, 1);
  return Array.from({ length: parts }, (_, i) =>
    input.values && shape.length === 0 ? known(shape, [input.values[i] ?? null]) : { shape },
  );
};

const split: OpRule = (node, inputs) => {
  const even = node.op === "Split";
  const [input = unknown, axisTensor] = even ? [inputs[1], inputs[0]] : [inputs[0], inputs[2]];
  const axis = numberIn(axisTensor);
  const { shape } = input;
  if (!shape || axis === null) return [unknown];
  const at = axisFromFront(axis, shape.length);
  const count = node.attrs.integer("num_split", 1);
  const lengths = even
    ? Array<Length>(count).fill(mapLength(shape[at] ?? null, (n) => n / count))
    : splitLengths(inputs[1], shape[at] ?? null);
  return lengths.map((length) => ({ shape: shape.with(at, length) }));
};

/** One length may be -1: what the others leave. */
function splitLengths(sizes: Tensor | undefined, whole: Length): Length[] {
  const given = sizes?.values ?? [];
  const rest = sum(given.filter((size) => size !== -1));
  return given.map((size) => (size === -1 ? mapLength(whole, (n) => n - (rest ?? Number.NaN)) : size));
}

const slice: OpRule = (_, [input = unknown, begin, size]) => {
  const { shape, values } = input;
  if (!shape) return [unknown];
  const from = begin?.values ?? [];
  const lengths = shape.map((length, axis) => {
    const given = size?.values?.[axis] ?? null;
    if (given !== -1) return given;
    const start = from[axis] ?? null;
    return start === null ? null : mapLength(length, (n) => n - start);
  });
  const [start = null] = from;
  const [count = null] = lengths;
  const isVector = shape.length === 1 && values && start !== null && count !== null;
  return [isVector ? known(lengths, values.slice(start, start + count)) : { shape: lengths }];
};

const gather: OpRule = (node, [input = unknown, indices = unknown, axisTensor]) => {
  const axisGiven = node.op === "Gather" ? 0 : numberIn(axisTensor);
  if (!input.shape || !indices.shape || axisGiven === null) return [unknown];
  const axis = axisFromFront(axisGiven, input.shape.length);
  const batch = node.attrs.integer("batch_dims", 0);
  const shape = [...input.shape.slice(0, axis), ...indices.shape.slice(batch), ...input.shape.slice(axis + 1)];
  const picked = numbersIn(indices);
  const isVector = input.shape.length === 1 && input.values && picked;
  return [
    isVector
      ? known(
          shape,
          picked.map((i) => input.values?.[i] ?? null),
        )
      : { shape },
  ];
};

const gatherNd = shaped((_, [input, indices]) => {
  const depth = indices?.shape?.at(-1);
  if (!input?.shape || !indices?.shape || typeof depth !== "number") return null;
  return [...indices.shape.slice(0, -1), ...input.shape.slice(depth)];
});

const tile: OpRule = (_, [input = unknown, reps]) => {
  const times = reps?.values ?? [];
  const shape = input.shape?.map((length, axis) => product([length, times[axis] ?? null])) ?? null;
  const [repeat = null] = times;
  const isVector = input.values && shape?.length === 1 && repeat !== null;
  return [isVector ? known(shape, Array.from({ length: repeat }, () => input.values ?? []).flat()) : { shape }];
};

const lengthsOf = (input: number) =>
  shaped((_, inputs): Shape | null => inputs[input]?.values?.map((length) => length) ?? null);

/** Ops that cut tensors and put them together. */
export const slicingRules: OpRules = {
  ...forOps("ConcatV2 Concat", concat),
  Pack: pack,
  Unpack: unpack,
  ...forOps("Split SplitV", split),
  Slice: slice,
  StridedSlice: stridedSlice,
  ...forOps("Gather GatherV2", gather),
  GatherNd: gatherNd,
  Tile: tile,
  ScatterNd: lengthsOf(2),
  SparseToDense: lengthsOf(1),
};
